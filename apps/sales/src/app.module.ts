import {
  databaseSettings,
  AdjustmentModule,
  DatabaseModule,
  DeadLetterModule,
  IdempotencyModule,
  OperatorModule,
  AuditModule,
  PrivacyModule,
  ProductModule,
  ReconcileModule,
  RestockModule,
  SaleModule,
  WaitlistModule,
  WebhookModule,
} from '#inventory';
import { MessagingModule } from '#messaging';
import { HealthModule, MetricsModule } from '#runtime';
import { type DynamicModule, Module } from '@nestjs/common';
import { CustomersController } from './customers/customers.controller.js';
import { DeadLetterJobsController } from './dead-letters/dead-letter-jobs.controller.js';
import { DeadLettersController } from './dead-letters/dead-letters.controller.js';
import { SALES_ENVIRONMENT, type SalesEnvironment } from './environment.js';
import { FactoriesController } from './factories/factories.controller.js';
import { CallbackAddresses } from './goods-receipts/callback-addresses.js';
import { CallbackCounter } from './goods-receipts/callback-counter.js';
import { IndexController } from './http/index.controller.js';
import { GoodsReceiptsController } from './goods-receipts/goods-receipts.controller.js';
import { IdempotentWrites } from './idempotency/idempotent-writes.js';
import { ApiKeysController } from './operations/api-keys.controller.js';
import { AuditController } from './operations/audit.controller.js';
import { OperationsKeys } from './operations/operations-keys.js';
import { ReconcileController } from './operations/reconcile.controller.js';
import { RepairsController } from './operations/repairs.controller.js';
import { ErrorsController } from './problem/errors.controller.js';
import { ProbeController } from './probe/probe.controller.js';
import { ProductsController } from './products/products.controller.js';
import { RestockSuggestionController } from './products/restock-suggestion.controller.js';
import { RestockOrdersController } from './restock-orders/restock-orders.controller.js';
import { SaleTokens } from './sales/sale-tokens.js';
import { SaleEndingsController } from './sales/sale-endings.controller.js';
import { CustomerTokens } from './sales/customer-tokens.js';
import { SalesController } from './sales/sales.controller.js';
import { WebhookDeliveriesController } from './webhooks/webhook-deliveries.controller.js';
import { WebhookEndpointsController } from './webhooks/webhook-endpoints.controller.js';
import { SalesReadiness } from './sales-readiness.js';

/** The sales service: everything that buyers, the factory and operators reach by HTTP. */
@Module({})
export class AppModule {
  static forRoot(environment: SalesEnvironment): DynamicModule {
    return {
      module: AppModule,
      imports: [
        HealthModule,
        MetricsModule,
        DatabaseModule.forRoot(databaseSettings(environment, environment.DATABASE_POOL_SIZE)),
        ProductModule,
        AdjustmentModule,
        RestockModule,
        DeadLetterModule,
        ReconcileModule,
        IdempotencyModule,
        OperatorModule,
        AuditModule,
        PrivacyModule,
        WebhookModule,
        WaitlistModule,
        SaleModule.forRoot({
          batchSize: environment.SALE_BATCH_SIZE,
          waitMs: environment.SALE_WAIT_LIMIT_MS,
        }),
        MessagingModule.forRoot({
          queueUrlPrefix: environment.QUEUE_URL_PREFIX,
          region: environment.AWS_REGION,
        }),
      ],
      controllers: [
        IndexController,
        SalesController,
        SaleEndingsController,
        ProductsController,
        RestockSuggestionController,
        RestockOrdersController,
        GoodsReceiptsController,
        DeadLettersController,
        DeadLetterJobsController,
        ReconcileController,
        RepairsController,
        ApiKeysController,
        AuditController,
        CustomersController,
        ProbeController,
        ErrorsController,
        WebhookEndpointsController,
        WebhookDeliveriesController,
        FactoriesController,
      ],
      providers: [
        { provide: SALES_ENVIRONMENT, useValue: environment },
        SalesReadiness,
        OperationsKeys,
        IdempotentWrites,
        SaleTokens,
        CustomerTokens,
        CallbackAddresses,
        CallbackCounter,
      ],
    };
  }
}
