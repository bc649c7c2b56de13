import { type AdminPort, readEnvironment } from '#runtime';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Warehouse } from '../../../../libs/inventory/src/testing/warehouse.js';
import { createSalesApplication } from '../application.js';
import { SalesEnvironment } from '../environment.js';

export const OPERATIONS_API_KEY = 'an-operations-key';

/** The sales service with a real embedded database and no queue, asked without a socket. */
export class SalesUnderTest {
  private constructor(
    readonly warehouse: Warehouse,
    readonly application: NestFastifyApplication,
    /** Where `ADMIN_PORT` is set. It listens nowhere yet. */
    readonly adminPort: AdminPort | undefined,
  ) {}

  /** @param variables what differs from the defaults, as a process would be given it */
  static async start(variables: Record<string, string> = {}): Promise<SalesUnderTest> {
    const warehouse = await Warehouse.open('embedded');
    const environment = readEnvironment(SalesEnvironment, {
      DATABASE_URL: warehouse.database.url,
      LOG_LEVEL: 'fatal',
      OPERATIONS_API_KEY,
      CALLBACK_SIGNING_KEY: 'a-signing-key-of-32-characters-or-more',
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

  async stop(): Promise<void> {
    await this.application.close();
    await this.warehouse.close();
  }
}
