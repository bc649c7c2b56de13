import { WebhookModule } from '../webhook/webhook.module.js';
import { Module } from '@nestjs/common';
import { WaitlistModule } from '../waitlist/waitlist.module.js';
import { StockModule } from '../stock/stock.module.js';
import { RestockModule } from '../restock/restock.module.js';
import { NotificationModule } from '../notification/notification.module.js';
import { ReceivingService } from './receiving.service.js';

/** Goods receipts. */
@Module({
  imports: [StockModule, WaitlistModule, RestockModule, NotificationModule, WebhookModule],
  providers: [ReceivingService],
  exports: [ReceivingService],
})
export class ReceivingModule {}
