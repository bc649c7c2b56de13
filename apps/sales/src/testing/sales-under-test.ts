import { type AdminPort, readEnvironment } from '#runtime';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Warehouse } from '../../../../libs/inventory/src/testing/warehouse.js';
import { createSalesApplication } from '../application.js';
import { SalesEnvironment } from '../environment.js';

export const OPERATIONS_API_KEY = 'an-operations-key';

export const CALLBACK_SIGNING_KEY = 'a-signing-key-of-32-characters-or-more';

export const SALE_TOKEN_KEY = 'a-sale-token-key-of-32-characters-or-more';

/** The sales service with a real database and no queue, asked without a socket. */
export class SalesUnderTest {
  private constructor(
    readonly warehouse: Warehouse,
    readonly application: NestFastifyApplication,
    /** Where `ADMIN_PORT` is set. It listens nowhere yet. */
    readonly adminPort: AdminPort | undefined,
  ) {}

  /** @param variables what differs from the defaults, as a process would be given it */
  static async start(
    variables: Record<string, string> = {},
    database: 'embedded' | 'mysql' = 'embedded',
  ): Promise<SalesUnderTest> {
    const warehouse = await Warehouse.open(database);
    const environment = readEnvironment(SalesEnvironment, {
      DATABASE_URL: warehouse.database.url,
      LOG_LEVEL: 'fatal',
      OPERATIONS_API_KEY,
      CALLBACK_SIGNING_KEY,
      SALE_TOKEN_KEY,
      QUEUE_URL_PREFIX: 'http://127.0.0.1:1/000000000000/',
      ...variables,
    });
    const { application, adminPort } = await createSalesApplication(environment);
    await application.init();
    await application.getHttpAdapter().getInstance().ready();
    return new SalesUnderTest(warehouse, application, adminPort);
  }

  buy(
    sku: string,
    { from = '192.0.2.1', headers = {} }: { from?: string; headers?: Record<string, string> } = {},
  ) {
    return this.application.inject({
      method: 'POST',
      url: '/sales',
      remoteAddress: from,
      headers,
      payload: { lines: [{ sku, quantity: 1 }] },
    });
  }

  /** A request with the operations key, or without it when `headers` say so. `undefined` headers are left out. */
  async ask(
    method: 'GET' | 'PUT' | 'PATCH' | 'POST',
    url: string,
    { body, headers = {} }: { body?: object; headers?: Record<string, string | undefined> } = {},
  ) {
    const all = { 'x-api-key': OPERATIONS_API_KEY, ...headers };
    const answer = await this.application.inject({
      method,
      url,
      headers: Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)),
      ...(body && { payload: body }),
    });
    const isJson = answer.headers['content-type']?.toString().includes('json');
    return {
      status: answer.statusCode,
      headers: answer.headers,
      text: answer.payload,
      // eslint-disable-next-line @typescript-eslint/no-unsafe-assignment -- a spec says what it expects
      body: isJson ? JSON.parse(answer.payload) : undefined,
    };
  }

  async stop(): Promise<void> {
    await this.application.close();
    await this.warehouse.close();
  }
}
