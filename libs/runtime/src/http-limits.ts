import { Logger } from '@nestjs/common';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Counter, Registry } from 'prom-client';
import Type from 'typebox';
import { BoundedLog } from './bounded-log.js';

/**
 * The time limits of every HTTP server, in ms. A client that has not sent its headers in 10 s, or its whole request in
 * 15 s, is cut off, however slowly it goes on sending.
 */
export const HTTP_TIME_LIMITS = {
  headersTimeout: 10_000,
  /** Fastify sets the server's limit to its own option, whose default is none: giving it to Node alone has no effect. */
  requestTimeout: 15_000,
  /** Node looks every 30 s unless told otherwise. */
  connectionsCheckingInterval: 1_000,
  /** Longer than the 60 s of the load balancer, so that it never sends a request on a connection that just closes. */
  keepAliveTimeout: 72_000,
  /** A connection on which no byte moves, such as that of a client that does not read its answer. */
  connectionTimeout: 120_000,
};

/** A client that still sends or reads this long after the server stopped listening is cut off, in ms. */
const CLOSING_GRACE_MS = 10_000;

export const HttpEnvironment = Type.Object({
  MAX_CONNECTIONS: Type.Integer({
    default: 5_000,
    minimum: 10,
    maximum: 1_000_000,
    description: 'open connections a process; more are closed at once',
  }),
});

/**
 * Closes every connection above `maxConnections` as it comes, counts it, and logs a few of them.
 * To be called before the application listens.
 */
export function limitConnections(application: NestFastifyApplication, maxConnections: number): void {
  const server = application.getHttpServer();
  server.maxConnections = maxConnections;
  const dropped = new Counter({
    name: 'donut_states_connections_dropped_total',
    help: 'Connections closed at once because MAX_CONNECTIONS were open.',
    registers: [application.get(Registry)],
  });
  const log = new BoundedLog(new Logger('Connections'), {
    linesPerSecond: 1,
    overflowMessage: 'more connections were dropped in this second',
    overflowFact: 'connections',
  });
  server.on('drop', () => {
    dropped.inc();
    log.warn('a connection was dropped: MAX_CONNECTIONS are open', () => ({ maxConnections }));
  });
}

/**
 * Ends what clients hold open while the server closes: Node stops its own time limits as soon as it closes, and would
 * wait for them for ever. To be called before the application listens.
 */
export function limitClosing(application: NestFastifyApplication): void {
  application
    .getHttpAdapter()
    .getInstance()
    .addHook('preClose', (done) => {
      setTimeout(() => application.getHttpServer().closeAllConnections(), CLOSING_GRACE_MS).unref();
      done();
    });
}
