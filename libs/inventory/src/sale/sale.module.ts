import { type DynamicModule, Module } from '@nestjs/common';
import { ContentionDetector } from '../group-commit/contention-detector.js';
import { type GroupLimits } from '../group-commit/group-committer.js';
import { NotificationModule } from '../notification/notification.module.js';
import { RestockModule } from '../restock/restock.module.js';
import { StockModule } from '../stock/stock.module.js';
import { LockingBatch } from './locking-batch.js';
import { OptimisticBatch } from './optimistic-batch.js';
import { SaleBatchService } from './sale-batch.service.js';
import { SaleMetrics } from './sale-metrics.js';
import { SALE_LIMITS, SaleService } from './sale.service.js';
import { StockCache } from './stock-cache.js';

/** A small batch costs the same commit as a large one, so a batch takes everything that waits at the busiest. */
export const DEFAULT_SALE_LIMITS: GroupLimits = { batchSize: 1_000, waitMs: 2_000 };

/** The sale engine: {@link SaleService}. For processes that sell. */
@Module({})
export class SaleModule {
  static forRoot(limits: GroupLimits = DEFAULT_SALE_LIMITS): DynamicModule {
    return {
      module: SaleModule,
      imports: [StockModule, RestockModule, NotificationModule],
      providers: [
        { provide: SALE_LIMITS, useValue: limits },
        SaleMetrics,
        ContentionDetector,
        StockCache,
        OptimisticBatch,
        LockingBatch,
        SaleBatchService,
        SaleService,
      ],
      exports: [SaleService],
    };
  }
}
