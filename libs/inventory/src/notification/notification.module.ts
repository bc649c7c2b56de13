import { Module } from '@nestjs/common';
import { OutboxModule } from '../outbox/outbox.module.js';
import { NotificationService } from './notification.service.js';

/** Mails. */
@Module({
  imports: [OutboxModule],
  providers: [NotificationService],
  exports: [NotificationService],
})
export class NotificationModule {}
