import { QUEUE_NAMES } from '#queues';
import { Schedule } from '#runtime';
import { Inject, Injectable } from '@nestjs/common';
import { WORKER_ENVIRONMENT, type WorkerEnvironment } from '../environment.js';
import { OutboxRelay } from './outbox-relay.js';

/** The pause between two searches for messages that no relay claims, in ms. */
const STRAY_INTERVAL_MS = 60_000;

/**
 * When the relay runs. Each queue has a task of its own, so that a queue which refuses or hangs does not delay the others.
 */
@Injectable()
export class OutboxTasks {
  constructor(
    relay: OutboxRelay,
    schedule: Schedule,
    @Inject(WORKER_ENVIRONMENT) { OUTBOX_INTERVAL_MS }: WorkerEnvironment,
  ) {
    for (const queue of QUEUE_NAMES) {
      schedule.every(`${OutboxRelay.name}:${queue}`, OUTBOX_INTERVAL_MS, () => relay.relay(queue));
    }
    schedule.every('OutboxStrays', STRAY_INTERVAL_MS, () => relay.giveUpStrays());
  }
}
