import { Logger } from '@nestjs/common';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { setTimeout as sleep } from 'node:timers/promises';
import { EnvironmentError } from './environment.js';
import { Readiness } from './readiness.js';

export interface ListenOptions {
  host: string;
  port: number;
  /** The variable that sets the port, for the message when it is taken. */
  portVariable: string;
  /** How long readiness fails before the sockets close, in ms: at least the load balancer's check interval. */
  drainDelayMs: number;
}

/**
 * Runs an application until SIGTERM, SIGINT, or the end of the process that forked it. Then: readiness fails,
 * `drainDelayMs` pass, Nest's shutdown hooks drain, exit status 0.
 * What keeps the application from starting is printed without a stack, and the exit status is 1.
 */
export async function runApplication(
  create: () => Promise<{ application: NestFastifyApplication; listen: ListenOptions }>,
): Promise<void> {
  const logger = new Logger('Application');
  // Nothing has been accepted yet that would have to be finished.
  let stop: () => void = () => process.exit(0);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stop());
  // A forked process must not outlive its parent: it would hold the port that the next run needs.
  process.once('disconnect', () => stop());
  try {
    const { application, listen } = await create();
    await listenOn(application, listen);
    stop = stopOnce(application, listen.drainDelayMs, logger);
    logger.log(`Listening on http://${listen.host}:${listen.port}`);
    if (process.connected) process.send?.('listening');
  } catch (error) {
    if (error instanceof EnvironmentError || error instanceof PortTakenError) console.error(error.message);
    else logger.error(error);
    process.exit(1);
  }
}

export class PortTakenError extends Error {
  constructor(port: number, portVariable: string) {
    super(
      `Port ${port} is taken by another program. Stop that program, or set ${portVariable} to a free port.`,
    );
    this.name = 'PortTakenError';
  }
}

async function listenOn(application: NestFastifyApplication, listen: ListenOptions): Promise<void> {
  try {
    await application.listen(listen.port, listen.host);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    throw new PortTakenError(listen.port, listen.portVariable);
  }
}

/** Longest that a shutdown may take altogether after the drain delay, in ms: below what ECS and the like allow. */
const SHUTDOWN_DEADLINE_MS = 60_000;

function stopOnce(application: NestFastifyApplication, drainDelayMs: number, logger: Logger): () => void {
  let stopping = false;
  return () => {
    if (stopping) return;
    stopping = true;
    logger.log('Draining');
    application.get(Readiness, { strict: false }).startDraining();
    sleep(drainDelayMs)
      .then(() => {
        boundShutdown(logger);
        return application.close();
      })
      .then(
        () => {
          logger.log('Stopped');
          process.exit(0);
        },
        (error: unknown) => {
          logger.error(error);
          process.exit(1);
        },
      );
  };
}

function boundShutdown(logger: Logger): void {
  setTimeout(() => {
    logger.error(`Not stopped within ${SHUTDOWN_DEADLINE_MS / 1000} s: giving up`);
    process.exit(1);
  }, SHUTDOWN_DEADLINE_MS).unref();
}
