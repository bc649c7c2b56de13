import { Module } from '@nestjs/common';
import { NotificationModule } from '../notification/notification.module.js';
import { OutboxModule } from '../outbox/outbox.module.js';
import { WebhookDeliveryService } from './webhook-delivery.service.js';
import { WebhookEndpointService } from './webhook-endpoint.service.js';
import { WebhookEvents } from './webhook-events.service.js';
import { WebhookLogService } from './webhook-log.service.js';
import { WebhookRecorder } from './webhook-recorder.service.js';
import { WebhookSubscriptions } from './webhook-subscriptions.service.js';

/** Tells the shop's own systems of events. */
@Module({
  imports: [OutboxModule, NotificationModule],
  providers: [
    WebhookSubscriptions,
    WebhookEvents,
    WebhookRecorder,
    WebhookEndpointService,
    WebhookDeliveryService,
    WebhookLogService,
  ],
  exports: [
    WebhookEvents,
    WebhookRecorder,
    WebhookEndpointService,
    WebhookDeliveryService,
    WebhookLogService,
  ],
})
export class WebhookModule {}
