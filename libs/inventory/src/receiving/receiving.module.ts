import { Module } from '@nestjs/common';
import { StockModule } from '../stock/stock.module.js';
import { RestockModule } from '../restock/restock.module.js';
import { NotificationModule } from '../notification/notification.module.js';
import { ReceivingService } from './receiving.service.js';

/** Goods receipts. */
@Module({
  imports: [StockModule, RestockModule, NotificationModule],
  providers: [ReceivingService],
  exports: [ReceivingService],
})
export class ReceivingModule {}
