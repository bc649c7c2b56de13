import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { NotificationModule } from '../notification/notification.module.js';
import { OutboxModule } from '../outbox/outbox.module.js';
import { RestockModule } from '../restock/restock.module.js';
import { DeadLetterFactsService } from './dead-letter-facts.service.js';
import { DeadLetterJobRunner } from './dead-letter-job-runner.service.js';
import { DeadLetterJobService } from './dead-letter-job.service.js';
import { DeadLetterMailService } from './dead-letter-mail.service.js';
import { DeadLetterOutlookService } from './dead-letter-outlook.service.js';
import { DeadLetterService } from './dead-letter.service.js';
import { DeliveryFailureService } from './delivery-failure.service.js';

const EXPORTED = [
  DeadLetterService,
  DeadLetterFactsService,
  DeadLetterJobService,
  DeadLetterJobRunner,
  DeadLetterMailService,
  DeliveryFailureService,
];

/** Messages that could not be handled. */
@Module({
  imports: [AuditModule, OutboxModule, RestockModule, NotificationModule],
  providers: [...EXPORTED, DeadLetterOutlookService],
  exports: EXPORTED,
})
export class DeadLetterModule {}
