import { Logger } from '@nestjs/common';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { setTimeout as sleep } from 'node:timers/promises';
import { type AdminPort } from './admin-port.js';
import { EnvironmentError } from './environment.js';
import { EXIT_STATUS } from './exit-status.js';
import { Readiness } from './readiness.js';
import { handleShutdownSignals } from './shutdown-signals.js';

export interface ListenOptions {
  host: string;
  port: number;
  /** The variable that sets the port, for the message when it is taken. */
  portVariable: string;
  /** A second port, opened just before the first. */
  admin?: { server: AdminPort; port: number; portVariable: string };
  /** How long readiness fails before the sockets close, in ms: at least the load balancer's check interval. */
  drainDelayMs: number;
}

/**
 * Runs an application until SIGTERM, SIGINT, or the end of the process that forked it. Then: readiness fails,
 * `drainDelayMs` pass, Nest's shutdown hooks drain, exit status 0. Further signals are as
 * {@link handleShutdownSignals} says.
 * What keeps the application from starting is printed without a stack. The exit status is then 78 for an environment
 * that is not usable, and 1 for anything else.
 */
export async function runApplication(
  create: () => Promise<{ application: NestFastifyApplication; listen: ListenOptions }>,
): Promise<void> {
  const logger = new Logger('Application');
  // Until it is created it has accepted nothing that would have to be finished.
  let stop: () => void = () => process.exit(0);
  const askToStop = () => stop();
  handleShutdownSignals({ stop: askToStop, log: (line) => logger.warn(line) });
  // A forked process must not outlive its parent: it would hold the port that the next run needs.
  process.once('disconnect', askToStop);
  let created: NestFastifyApplication | undefined;
  try {
    const { application, listen } = await create();
    created = application;
    // A worker handles messages from here on, before its port is open.
    const stopRequest = new AbortController();
    stop = () => stopRequest.abort();
    await listenOn(application, listen);
    stop = stopOnce(application, listen.drainDelayMs, logger);
    logger.log(`Listening on http://${listen.host}:${listen.port}`);
    if (listen.admin) logger.log(`Listening on http://${listen.host}:${listen.admin.port} for operators`);
    if (process.connected) process.send?.('listening');
    if (stopRequest.signal.aborted) stop();
  } catch (error) {
    if (error instanceof EnvironmentError || error instanceof PortTakenError) console.error(error.message);
    else logger.error(error);
    if (created) await closeFailed(created, logger);
    process.exit(error instanceof EnvironmentError ? EXIT_STATUS.configuration : 1);
  }
}

/** A start that fails at the port must not cut off what a worker has in hand. */
async function closeFailed(application: NestFastifyApplication, logger: Logger): Promise<void> {
  boundShutdown(logger);
  await application.close().catch((error: unknown) => logger.error(error));
}

export class PortTakenError extends Error {
  constructor(port: number, portVariable: string) {
    super(
      `Port ${port} is taken by another program. Stop that program, or set ${portVariable} to a free port.`,
    );
    this.name = 'PortTakenError';
  }
}

async function listenOn(
  application: NestFastifyApplication,
  { host, port, portVariable, admin }: ListenOptions,
): Promise<void> {
  if (admin) await namingTaken(admin, () => admin.server.listen(admin.port, host));
  await namingTaken({ port, portVariable }, () => application.listen(port, host));
}

async function namingTaken(
  { port, portVariable }: Pick<ListenOptions, 'port' | 'portVariable'>,
  listen: () => Promise<unknown>,
): Promise<void> {
  try {
    await listen();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    throw new PortTakenError(port, portVariable);
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
