import { Module } from '@nestjs/common';
import { WaitlistModule } from '../waitlist/waitlist.module.js';
import { StockModule } from '../stock/stock.module.js';
import { RestockModule } from '../restock/restock.module.js';
import { AdjustmentService } from './adjustment.service.js';

/** Stock adjustments by operators. */
@Module({
  imports: [StockModule, WaitlistModule, RestockModule],
  providers: [AdjustmentService],
  exports: [AdjustmentService],
})
export class AdjustmentModule {}
