import {
  CircuitModule,
  databaseSettings,
  DatabaseModule,
  DeadLetterModule,
  IdempotencyModule,
  NotificationModule,
  OutboxModule,
  ProductModule,
  ReceivingModule,
  ReconcileModule,
  RestockModule,
} from '#inventory';
import { DELIVERY_FAILURE_RECORDER, MessagingModule } from '#messaging';
import { HealthModule, MetricsModule, Schedule } from '#runtime';
import { type DynamicModule, Module } from '@nestjs/common';
import { consumerOptions } from './consumer-options.js';
import { DeadLettersHandler } from './dead-letters/dead-letters.handler.js';
import { FailureRecorder } from './dead-letters/failure-recorder.js';
import { OpenDeadLettersTask } from './dead-letters/open-dead-letters-task.js';
import { WORKER_ENVIRONMENT, type WorkerEnvironment } from './environment.js';
import { GoodsReceiptsHandler } from './goods-receipts/goods-receipts.handler.js';
import { KeyedRequestsPurgeTask } from './idempotency/keyed-requests-purge-task.js';
import { MailClient } from './notifications/mail.client.js';
import { MailWaitsTask } from './notifications/mail-waits-task.js';
import { NotificationsHandler } from './notifications/notifications.handler.js';
import { DatabaseOutageTask } from './outage/database-outage-task.js';
import { OutboxRelay } from './outbox/outbox-relay.js';
import { ProbeHandler } from './probe/probe.handler.js';
import { ReconciliationTask } from './reconciliation/reconciliation-task.js';
import { FactoryHttp } from './restock/adapters/factory-http.js';
import { LegacyHttpAdapter } from './restock/adapters/legacy-http-adapter.js';
import { WebhookAdapter } from './restock/adapters/webhook-adapter.js';
import { FactoryOutagesTask } from './restock/factory-outages-task.js';
import { FactoryWaitsTask } from './restock/factory-waits-task.js';
import { FactoryClient } from './restock/factory.client.js';
import { RestockDeadlinesTask } from './restock/restock-deadlines-task.js';
import { RestockHandler } from './restock/restock.handler.js';
import { WorkerReadiness } from './worker-readiness.js';

/** The queue worker: everything that happens after the buyer has got an answer. */
@Module({})
export class AppModule {
  static forRoot(environment: WorkerEnvironment): DynamicModule {
    return {
      module: AppModule,
      imports: [
        HealthModule,
        MetricsModule,
        DatabaseModule.forRoot(databaseSettings(environment, environment.DATABASE_POOL_SIZE)),
        OutboxModule,
        ProductModule,
        NotificationModule,
        RestockModule,
        ProductModule,
        CircuitModule,
        ReceivingModule,
        DeadLetterModule,
        ReconcileModule,
        IdempotencyModule,
        MessagingModule.forRoot({
          queueUrlPrefix: environment.QUEUE_URL_PREFIX,
          region: environment.AWS_REGION,
        }),
        MessagingModule.forConsumers(consumerOptions(environment)),
      ],
      providers: [
        { provide: WORKER_ENVIRONMENT, useValue: environment },
        { provide: DELIVERY_FAILURE_RECORDER, useClass: FailureRecorder },
        Schedule,
        WorkerReadiness,
        FactoryHttp,
        LegacyHttpAdapter,
        WebhookAdapter,
        FactoryClient,
        MailClient,
        RestockHandler,
        GoodsReceiptsHandler,
        NotificationsHandler,
        MailWaitsTask,
        ProbeHandler,
        DeadLettersHandler,
        OutboxRelay,
        DatabaseOutageTask,
        RestockDeadlinesTask,
        FactoryWaitsTask,
        FactoryOutagesTask,
        ReconciliationTask,
        OpenDeadLettersTask,
        KeyedRequestsPurgeTask,
      ],
    };
  }
}
