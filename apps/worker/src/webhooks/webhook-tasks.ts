import { WebhookDeliveryService } from '#inventory';
import { Schedule } from '#runtime';
import { Inject, Injectable } from '@nestjs/common';
import { WORKER_ENVIRONMENT, type WorkerEnvironment } from '../environment.js';

/** Asks for deliveries whose time has come. */
@Injectable()
export class WebhookTasks {
  constructor(
    deliveries: WebhookDeliveryService,
    schedule: Schedule,
    @Inject(WORKER_ENVIRONMENT) { OUTBOX_INTERVAL_MS }: WorkerEnvironment,
  ) {
    schedule.every('WebhookWakes', OUTBOX_INTERVAL_MS, async () => void (await deliveries.wake()));
  }
}
