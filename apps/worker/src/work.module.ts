import {
  CircuitModule,
  databaseSettings,
  DatabaseModule,
  DeadLetterModule,
  NotificationModule,
  OutboxModule,
  ProductModule,
  ReceivingModule,
  ReconcileModule,
  RestockModule,
  RetentionModule,
  WaitlistModule,
  WebhookModule,
} from '#inventory';
import { DELIVERY_FAILURE_RECORDER, MessagingModule } from '#messaging';
import { MetricsModule, Schedule } from '#runtime';
import { type DynamicModule, Module, type Type } from '@nestjs/common';
import { DeadLettersHandler } from './dead-letters/dead-letters.handler.js';
import { FailureRecorder } from './dead-letters/failure-recorder.js';
import { DeadLetterJobsTask } from './dead-letters/dead-letter-jobs-task.js';
import { OpenDeadLettersTask } from './dead-letters/open-dead-letters-task.js';
import { WORKER_ENVIRONMENT, type WorkerEnvironment } from './environment.js';
import { GoodsReceiptsHandler } from './goods-receipts/goods-receipts.handler.js';
import { MailClient } from './notifications/mail.client.js';
import { MailWaitsTask } from './notifications/mail-waits-task.js';
import { NotificationsHandler } from './notifications/notifications.handler.js';
import { DatabaseOutageTask } from './outage/database-outage-task.js';
import { OutboxRelay } from './outbox/outbox-relay.js';
import { OutboxTasks } from './outbox/outbox-tasks.js';
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
import { RetentionTask } from './retention/retention-task.js';
import { WaitlistTask } from './waitlist/waitlist-task.js';
import { WebhookClient } from './webhooks/webhook.client.js';
import { WebhookTasks } from './webhooks/webhook-tasks.js';
import { WebhooksHandler } from './webhooks/webhooks.handler.js';

/**
 * What the worker does: handlers of messages and periodic tasks. What brings messages and time to them is the caller's: the
 * consumers of `MessagingModule`, and `schedule`.
 */
@Module({})
export class WorkModule {
  static forRoot(environment: WorkerEnvironment, schedule: Type<Schedule>): DynamicModule {
    return {
      module: WorkModule,
      imports: [
        MetricsModule,
        DatabaseModule.forRoot(databaseSettings(environment, environment.DATABASE_POOL_SIZE)),
        OutboxModule,
        ProductModule,
        NotificationModule,
        RestockModule,
        CircuitModule,
        ReceivingModule,
        DeadLetterModule,
        ReconcileModule,
        RetentionModule,
        WaitlistModule,
        WebhookModule,
        MessagingModule.forRoot({
          queueUrlPrefix: environment.QUEUE_URL_PREFIX,
          region: environment.AWS_REGION,
        }),
      ],
      providers: [
        { provide: WORKER_ENVIRONMENT, useValue: environment },
        { provide: DELIVERY_FAILURE_RECORDER, useClass: FailureRecorder },
        { provide: Schedule, useClass: schedule },
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
        OutboxTasks,
        DatabaseOutageTask,
        RestockDeadlinesTask,
        FactoryWaitsTask,
        FactoryOutagesTask,
        ReconciliationTask,
        OpenDeadLettersTask,
        DeadLetterJobsTask,
        RetentionTask,
        WaitlistTask,
        WebhookClient,
        WebhooksHandler,
        WebhookTasks,
      ],
      exports: [Schedule, OutboxRelay],
    };
  }
}
