import { FactoryWaitService, MailWaitService } from '#inventory';
import { InvokedConsumers } from '#messaging';
import { createLogger, type InvokedSchedule, readEnvironment, Schedule } from '#runtime';
import { Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { WorkerEnvironment } from '../../../worker/src/environment.js';
import { OutboxRelay } from '../../../worker/src/outbox/outbox-relay.js';
import { type Secrets } from '../secrets.js';
import { InvokedWorkerModule } from './invoked-worker.module.js';

/** A backlog must not end the invocation at its time limit, in ms: the batch that is done would come back. */
const RELAY_LIMIT_MS = 4_000;

export interface InvokedWorker {
  consumers: InvokedConsumers;
  schedule: InvokedSchedule;
  /** Sends what waits in the outbox. A fault is logged: the messages stay there. */
  relayOutbox: () => Promise<void>;
  /** The time until an order or a mail that waits has its turn, in ms; Infinity when none waits. */
  msToNextAttempt: () => Promise<number>;
}

/** The worker without consumers or timers of its own. */
export async function startWorker(secrets: Secrets): Promise<InvokedWorker> {
  await secrets.load();
  const environment = readEnvironment(WorkerEnvironment);
  const context = await NestFactory.createApplicationContext(InvokedWorkerModule.forRoot(environment), {
    logger: createLogger('worker', environment),
    abortOnError: false,
  });
  const relay = context.get(OutboxRelay, { strict: false });
  const waits = [
    context.get(FactoryWaitService, { strict: false }),
    context.get(MailWaitService, { strict: false }),
  ];
  const logger = new Logger('InvokedWorker');
  return {
    consumers: context.get(InvokedConsumers, { strict: false }),
    schedule: context.get<unknown, InvokedSchedule>(Schedule, { strict: false }),
    relayOutbox: () =>
      relay
        .relayWithin(RELAY_LIMIT_MS)
        .catch((error: unknown) => logger.warn(`The outbox waits: ${String(error)}`)),
    msToNextAttempt: async () =>
      Math.min(...(await Promise.all(waits.map(async (wait) => (await wait.msToNextAttempt()) ?? Infinity)))),
  };
}
