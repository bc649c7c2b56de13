import { Module } from '@nestjs/common';
import { StockService } from './stock.service.js';

/** Stock levels and their ledger. */
@Module({
  providers: [StockService],
  exports: [StockService],
})
export class StockModule {}
