import { Module } from '@nestjs/common';
import { OutboxModule } from '../outbox/outbox.module.js';
import { RestockModule } from '../restock/restock.module.js';
import { NotificationModule } from '../notification/notification.module.js';
import { DeadLetterFactsService } from './dead-letter-facts.service.js';
import { DeadLetterService } from './dead-letter.service.js';
import { DeliveryFailureService } from './delivery-failure.service.js';

/** Messages that could not be handled. */
@Module({
  imports: [OutboxModule, RestockModule, NotificationModule],
  providers: [DeadLetterService, DeadLetterFactsService, DeliveryFailureService],
  exports: [DeadLetterService, DeadLetterFactsService, DeliveryFailureService],
})
export class DeadLetterModule {}
