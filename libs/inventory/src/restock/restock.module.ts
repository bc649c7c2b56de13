import { Module } from '@nestjs/common';
import { StockModule } from '../stock/stock.module.js';
import { OutboxModule } from '../outbox/outbox.module.js';
import { NotificationModule } from '../notification/notification.module.js';
import { RestockService } from './restock.service.js';
import { RestockProgressService } from './restock-progress.service.js';

/** Restock orders. */
@Module({
  imports: [StockModule, OutboxModule, NotificationModule],
  providers: [RestockService, RestockProgressService],
  exports: [RestockService, RestockProgressService],
})
export class RestockModule {}
