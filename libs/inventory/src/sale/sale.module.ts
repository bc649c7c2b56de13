import { type DynamicModule, Module } from '@nestjs/common';
import { ContentionDetector } from '../group-commit/contention-detector.js';
import { type BatchLimits } from '../group-commit/group-committer.js';
import { NotificationModule } from '../notification/notification.module.js';
import { RestockModule } from '../restock/restock.module.js';
import { WebhookModule } from '../webhook/webhook.module.js';
import { StockModule } from '../stock/stock.module.js';
import { BATCH_LIMITS, DEFAULT_BATCH_LIMITS } from './batch-limits.js';
import { LockingBatch } from './locking-batch.js';
import { OptimisticBatch } from './optimistic-batch.js';
import { SaleBatchService } from './sale-batch.service.js';
import { SaleMetrics } from './sale-metrics.js';
import { SaleSearchService } from './sale-search.service.js';
import { SaleService } from './sale.service.js';
import { SellingRulesCache } from './selling-rules-cache.js';
import { StockCache } from './stock-cache.js';

/** The sale engine: {@link SaleService}. For processes that sell. */
@Module({})
export class SaleModule {
  static forRoot(limits: BatchLimits = DEFAULT_BATCH_LIMITS): DynamicModule {
    return {
      module: SaleModule,
      imports: [StockModule, RestockModule, NotificationModule, WebhookModule],
      providers: [
        { provide: BATCH_LIMITS, useValue: limits },
        SaleMetrics,
        ContentionDetector,
        StockCache,
        SellingRulesCache,
        OptimisticBatch,
        LockingBatch,
        SaleBatchService,
        SaleService,
        SaleSearchService,
      ],
      exports: [SaleService, SaleSearchService],
    };
  }
}
