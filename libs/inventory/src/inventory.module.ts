import { EnvironmentError } from '#runtime';
import { type DynamicModule, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AdjustmentService } from './adjustment/adjustment.service.js';
import { Clock, DatabaseClock } from './database/clock.js';
import { dataSourceOptions, type DatabaseSettings } from './database/data-source-options.js';
import { connect } from './database/connect.js';
import { Database } from './database/database.js';
import { MultiStatementRunner } from './database/multi-statement-runner.js';
import { DeadLetterService } from './dead-letter/dead-letter.service.js';
import { DeliveryFailureService } from './dead-letter/delivery-failure.service.js';
import { IdempotencyService } from './idempotency/idempotency.service.js';
import { NotificationService } from './notification/notification.service.js';
import { OutboxService } from './outbox/outbox.service.js';
import { ProductService } from './product/product.service.js';
import { ReceivingService } from './receiving/receiving.service.js';
import { LedgerService } from './reconcile/ledger.service.js';
import { ReconcileService } from './reconcile/reconcile.service.js';
import { RestockProgressService } from './restock/restock-progress.service.js';
import { RestockService } from './restock/restock.service.js';
import { type GroupLimits } from './group-commit/group-committer.js';
import { LockingBatch } from './sale/locking-batch.js';
import { ContentionDetector } from './group-commit/contention-detector.js';
import { OptimisticBatch } from './sale/optimistic-batch.js';
import { SaleBatchService } from './sale/sale-batch.service.js';
import { SaleMetrics } from './sale/sale-metrics.js';
import { SALE_LIMITS, SaleService } from './sale/sale.service.js';
import { StockCache } from './sale/stock-cache.js';
import { StockService } from './stock/stock.service.js';

/** Connecting is tried for about half a minute at boot: a database that starts beside us needs as long. */
const CONNECT_ATTEMPTS = 10;
const CONNECT_RETRY_DELAY_MS = 3_000;

const SERVICES = [
  Database,
  SaleService,
  ProductService,
  AdjustmentService,
  RestockService,
  RestockProgressService,
  ReceivingService,
  DeadLetterService,
  DeliveryFailureService,
  NotificationService,
  OutboxService,
  ReconcileService,
  LedgerService,
  IdempotencyService,
];

/** What a service that sells needs inside of it. */
const INTERNALS = [
  MultiStatementRunner,
  StockService,
  ContentionDetector,
  StockCache,
  OptimisticBatch,
  LockingBatch,
  SaleBatchService,
  SaleMetrics,
];

/** As many as wait at the busiest: a small batch costs a commit as a large one does. */
const LIMITS: GroupLimits = { batchSize: 1_000, waitMs: 2_000 };

/** The warehouse: its tables and all rules about stock. */
@Module({})
export class InventoryModule {
  static forRoot(settings: DatabaseSettings, limits: GroupLimits = LIMITS): DynamicModule {
    return {
      module: InventoryModule,
      global: true,
      imports: [
        TypeOrmModule.forRootAsync({
          useFactory: () => ({
            ...dataSourceOptions(settings),
            retryAttempts: CONNECT_ATTEMPTS,
            retryDelay: CONNECT_RETRY_DELAY_MS,
            toRetry: (error) => !(error instanceof EnvironmentError),
          }),
          dataSourceFactory: (options) => connect(options!),
        }),
      ],
      providers: [
        ...SERVICES,
        ...INTERNALS,
        { provide: Clock, useClass: DatabaseClock },
        { provide: SALE_LIMITS, useValue: limits },
      ],
      exports: [...SERVICES, Clock],
    };
  }
}
