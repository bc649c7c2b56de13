import { Module } from '@nestjs/common';
import { StockModule } from '../stock/stock.module.js';
import { RestockModule } from '../restock/restock.module.js';
import { AdjustmentService } from './adjustment.service.js';

/** Stock adjustments by operators. */
@Module({
  imports: [StockModule, RestockModule],
  providers: [AdjustmentService],
  exports: [AdjustmentService],
})
export class AdjustmentModule {}
