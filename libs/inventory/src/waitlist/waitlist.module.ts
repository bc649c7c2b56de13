import { Module } from '@nestjs/common';
import { NotificationModule } from '../notification/notification.module.js';
import { StockModule } from '../stock/stock.module.js';
import { WebhookModule } from '../webhook/webhook.module.js';
import { SaleCancellationService } from './sale-cancellation.service.js';
import { SaleFilling } from './sale-filling.js';
import { WaitlistUpkeepService } from './waitlist-upkeep.service.js';
import { WaitlistService } from './waitlist.service.js';

/** The sales that wait for goods. */
@Module({
  imports: [StockModule, NotificationModule, WebhookModule],
  providers: [SaleFilling, WaitlistService, SaleCancellationService, WaitlistUpkeepService],
  exports: [WaitlistService, SaleCancellationService, WaitlistUpkeepService],
})
export class WaitlistModule {}
