import { Module } from '@nestjs/common';
import { OutboxModule } from '../outbox/outbox.module.js';
import { CircuitModule } from '../circuit/circuit.module.js';
import { MailWaitService } from './mail-wait.service.js';
import { NotificationService } from './notification.service.js';

/** Mails. */
@Module({
  imports: [OutboxModule, CircuitModule],
  providers: [NotificationService, MailWaitService],
  exports: [NotificationService, MailWaitService],
})
export class NotificationModule {}
