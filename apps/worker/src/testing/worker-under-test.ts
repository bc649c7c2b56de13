import { type DeadLetter, DeadLetterService, OutboxService, RestockOrder, RestockService } from '#inventory';
import { ConsoleLogger } from '@nestjs/common';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { Warehouse } from '../../../../libs/inventory/src/testing/warehouse.js';
import {
  type EmbeddedQueue,
  startEmbeddedQueue,
} from '../../../../libs/messaging/src/testing/embedded-queue.js';
import { createWorkerApplication } from '../application.js';
import { type WorkerEnvironment } from '../environment.js';

/** A server of this process that remembers what it was asked and answers as the test says. */
export class StandIn {
  readonly requests: string[] = [];
  answer: (response: ServerResponse, request: string) => void = (response) =>
    response.writeHead(201).end('{}');
  private server!: Server;

  static async listen(port = 0): Promise<StandIn> {
    const standIn = new StandIn();
    standIn.server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        standIn.requests.push(body);
        standIn.answer(response, body);
      });
    });
    await new Promise<void>((resolve) => standIn.server.listen(port, '127.0.0.1', resolve));
    return standIn;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

export const sesAccepts = (response: ServerResponse) =>
  response
    .setHeader('content-type', 'text/xml')
    .end(
      '<SendEmailResponse xmlns="http://ses.amazonaws.com/doc/2010-12-01/"><SendEmailResult><MessageId>1</MessageId></SendEmailResult></SendEmailResponse>',
    );

/** The worker with a real embedded database and queue; the factory and SES are stand-ins. */
export class WorkerUnderTest {
  application!: NestFastifyApplication;

  private constructor(
    readonly warehouse: Warehouse,
    readonly queue: EmbeddedQueue,
    public factory: StandIn,
    public ses: StandIn,
    private readonly changes: Partial<WorkerEnvironment>,
  ) {}

  static async start(changes: Partial<WorkerEnvironment> = {}): Promise<WorkerUnderTest> {
    const [warehouse, queue, factory, ses] = await Promise.all([
      Warehouse.open('embedded'),
      startEmbeddedQueue(),
      StandIn.listen(),
      StandIn.listen(),
    ]);
    ses.answer = sesAccepts;
    await warehouse.dataSource.query('UPDATE factory SET api_url = ?', [factory.url]);
    Object.assign(process.env, queue.environment, { AWS_ENDPOINT_URL_SES: ses.url });
    const worker = new WorkerUnderTest(warehouse, queue, factory, ses, changes);
    await worker.run();
    return worker;
  }

  /** @param changes for this run alone */
  async run(changes: Partial<WorkerEnvironment> = {}): Promise<void> {
    this.application = await createWorkerApplication({
      DATABASE_URL: this.warehouse.database.url,
      MAX_CONNECTIONS: 100,
      DATABASE_POOL_SIZE: 2,
      LOG_LEVEL: 'fatal',
      LOG_FORMAT: 'text',
      HOST: '127.0.0.1',
      WORKER_PORT: 0,
      DRAIN_DELAY_MS: 0,
      AWS_REGION: this.queue.region,
      QUEUE_URL_PREFIX: this.queue.urlPrefix,
      QUEUE_VISIBILITY_TIMEOUT_SECONDS: 20,
      QUEUE_WAIT_SECONDS: 1,
      RETRY_FIRST_DELAY_SECONDS: 1,
      RETRY_MAX_DELAY_SECONDS: 1,
      OUTBOX_INTERVAL_MS: 50,
      OVERDUE_INTERVAL_SECONDS: 1,
      RECONCILE_INTERVAL_SECONDS: 300,
      RECONCILE_FULL_INTERVAL_SECONDS: 86_400,
      CALLBACK_BASE_URL: 'http://sales.example',
      CALLBACK_SIGNING_KEY: 'a-signing-key-of-32-characters-or-more',
      CALLBACK_VALID_SECONDS: 60,
      FACTORY_TIMEOUT_MS: 1_000,
      FACTORY_CONCURRENCY: 2,
      FACTORY_REQUESTS_PER_MINUTE: 60_000,
      FACTORY_FAILURE_THRESHOLD: 3,
      FACTORY_PROBE_INTERVAL_SECONDS: 1,
      FACTORY_WAIT_LIMIT_SECONDS: 3_600,
      FACTORY_ACCEPTS_200: 'false',
      FACTORY_PRIVATE_ADDRESSES: 'allow',
      WEBHOOK_PRIVATE_ADDRESSES: 'allow',
      INCIDENT_MAIL_AFTER_SECONDS: 0,
      INCIDENT_REMINDER_SECONDS: 0,
      FACTORY_REQUESTER: 'Donut-States',
      FACTORY_REQUESTER_TEL: '02-000-0000',
      PROBE_TIME_LIMIT_MS: 1_000,
      MAIL_PER_SECOND: 1_000,
      MAIL_PROBE_INTERVAL_SECONDS: 1,
      MAIL_WAIT_LIMIT_SECONDS: 3_600,
      MAIL_DIGEST_SECONDS: 0,
      MAIL_LANGUAGE: 'en',
      MAIL_FROM: 'from@example.com',
      OPERATIONS_EMAIL: 'operations@example.com',
      RETENTION_DEAD_LETTERS_DAYS: 90,
      RETENTION_MAILS_DAYS: 30,
      RETENTION_MESSAGES_DAYS: 7,
      RETENTION_TIMELINES_DAYS: 90,
      RETENTION_WEBHOOK_DELIVERIES_DAYS: 30,
      RETENTION_KEYED_REQUESTS_DAYS: 7,
      RETENTION_CUSTOMER_DATA_DAYS: 0,
      ...this.changes,
      ...changes,
    });
    this.application.useLogger(new ConsoleLogger({ logLevels: ['fatal'] }));
    await this.application.init();
  }

  /** A restock order that was just opened. */
  async openOrder(sku: string): Promise<RestockOrder> {
    await this.warehouse.stockProduct(sku, 0);
    await this.warehouse.get(RestockService).review(sku);
    return this.order(sku);
  }

  async order(sku: string): Promise<RestockOrder> {
    return this.warehouse.dataSource.manager.findOneOrFail(RestockOrder, {
      where: { sku },
      order: { id: 'DESC' },
    });
  }

  /** Writes a message into the outbox, whatever it contains. */
  async write(queue: string, payload: Record<string, unknown>): Promise<void> {
    await this.warehouse.dataSource.transaction((manager) =>
      this.warehouse.get(OutboxService).addUnchecked(manager, queue, payload, new Date()),
    );
  }

  /** The dead letters of `queue`, newest first. */
  async deadLetters(queue: string): Promise<DeadLetter[]> {
    return (await this.warehouse.get(DeadLetterService).list({ queue, limit: 10 })).items;
  }

  async stop(): Promise<void> {
    await this.application.close();
    await Promise.all([this.factory.close(), this.ses.close(), this.queue.stop()]);
    await this.warehouse.close();
  }
}
