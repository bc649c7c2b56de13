import { EnvironmentError } from '#runtime';
import { type DynamicModule, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { AdjustmentService } from './adjustment/adjustment.service.js';
import { Clock, DatabaseClock } from './database/clock.js';
import { dataSourceOptions, type DatabaseSettings } from './database/data-source-options.js';
import { connect } from './database/connect.js';
import { createDatabase } from './database/create-database.js';
import { Database } from './database/database.js';
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
import { StockService } from './stock/stock.service.js';

/** Connecting is tried for about half a minute at boot: a database that starts beside us needs as long. */
const CONNECT_ATTEMPTS = 10;
const CONNECT_RETRY_DELAY_MS = 3_000;

const SERVICES = [
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

/** For the modules of this library alone: `index.ts` does not export them. */
const INTERNALS = [StockService];

/** The warehouse: its database and the services of its tables. What sells is the SaleModule. */
@Module({})
export class InventoryModule {
  static forRoot(settings: DatabaseSettings): DynamicModule {
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
        { provide: Database, inject: [DataSource], useFactory: createDatabase },
        { provide: Clock, useClass: DatabaseClock },
        ...SERVICES,
        ...INTERNALS,
      ],
      exports: [Database, Clock, ...SERVICES, ...INTERNALS],
    };
  }
}
