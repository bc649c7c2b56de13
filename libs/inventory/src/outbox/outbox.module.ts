import { Module } from '@nestjs/common';
import { OutboxService } from './outbox.service.js';

/** Messages that are sent after their transaction is committed. */
@Module({
  providers: [OutboxService],
  exports: [OutboxService],
})
export class OutboxModule {}
