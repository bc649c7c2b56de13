import { WebhookDeliveryService, WebhookLogService } from '#inventory';
import { Schedule } from '#runtime';
import { Inject, Injectable } from '@nestjs/common';
import { WORKER_ENVIRONMENT, type WorkerEnvironment } from '../environment.js';

/** How long the log of deliveries is kept, in ms, and what could not be delivered with it. docs/api.md states it. */
export const DELIVERY_RETENTION_MS = 30 * 24 * 3_600_000;

const PURGE_INTERVAL_MS = 3_600_000;

/** Asks for deliveries whose time has come, and deletes old ones. */
@Injectable()
export class WebhookTasks {
  constructor(
    deliveries: WebhookDeliveryService,
    log: WebhookLogService,
    schedule: Schedule,
    @Inject(WORKER_ENVIRONMENT) { OUTBOX_INTERVAL_MS }: WorkerEnvironment,
  ) {
    schedule.every('WebhookWakes', OUTBOX_INTERVAL_MS, async () => void (await deliveries.wake()));
    schedule.every('WebhookPurge', PURGE_INTERVAL_MS, () => log.purge(DELIVERY_RETENTION_MS));
  }
}
