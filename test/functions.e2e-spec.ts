import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { DataSource } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { FunctionEnvironments } from '../apps/lambda/src/local/function-environments.js';
import { UploadedFunctions } from '../apps/lambda/src/local/uploaded-functions.js';
import { TEST_DATABASES } from '../libs/inventory/src/testing/test-database.js';
import { type EmbeddedQueue, startEmbeddedQueue } from '../libs/messaging/src/testing/embedded-queue.js';
import { CALLBACK_SIGNING_KEY, OPERATIONS_API_KEY, SALE_TOKEN_KEY } from './running-system.js';

const ROOT = join(import.meta.dirname, '..');
const SKU = 'CP-502101';

interface HttpAnswer {
  statusCode: number;
  headers: Record<string, string>;
  body: string;
}

// A bundle has no embedded database.
if (TEST_DATABASES.includes('mysql')) {
  describe('the bundled functions, away from this project, on mysql', () => {
    const name = `donut_test_functions_${process.pid}`;
    const serverUrl = process.env.TEST_MYSQL_URL!;
    let server: DataSource;
    let queue: EmbeddedQueue;
    let uploaded: UploadedFunctions;
    let functions: Record<'migrate' | 'sales' | 'worker' | 'scheduled', FunctionEnvironments>;

    beforeAll(async () => {
      execFileSync(process.execPath, [join(ROOT, 'dist/apps/lambda/src/local/bundle.main.js')], {
        stdio: 'pipe',
      });
      uploaded = new UploadedFunctions();
      queue = await startEmbeddedQueue();
      server = await new DataSource({ type: 'mysql', url: serverUrl }).initialize();
      await server.query(`CREATE DATABASE ${name}`);
      const url = new URL(serverUrl);
      url.pathname = `/${name}`;
      const environment = {
        ...{ PATH: process.env.PATH, HOME: process.env.HOME, NODE_ENV: 'development', LOG_LEVEL: 'error' },
        ...queue.environment,
        ...{ AWS_REGION: queue.region, QUEUE_URL_PREFIX: queue.urlPrefix },
        ...{ DATABASE_URL: url.href, DATABASE_POOL_SIZE: '2' },
        OPERATIONS_API_KEY,
        CALLBACK_SIGNING_KEY,
        SALE_TOKEN_KEY,
        CALLBACK_BASE_URL: 'http://127.0.0.1:9',
        FACTORY_API_URL: 'http://127.0.0.1:9',
        MAIL_FROM: 'donut-states@example.com',
        OPERATIONS_EMAIL: 'operations@example.com',
      };
      const named = (handler: string, concurrency: number) =>
        new FunctionEnvironments({
          ...{ file: uploaded.fileOf(handler), handler, timeoutMs: 29_000, concurrency, environment },
        });
      functions = {
        migrate: named('migrate', 1),
        sales: named('sales', 4),
        worker: named('worker', 2),
        scheduled: named('scheduled', 1),
      };
    }, 120_000);

    afterAll(async () => {
      await Promise.all(Object.values(functions).map((one) => one.stop()));
      await server.query(`DROP DATABASE ${name}`);
      await server.destroy();
      await queue.stop();
      uploaded.remove();
    }, 60_000);

    async function request(method: string, path: string, body?: object, key?: string): Promise<HttpAnswer> {
      return (await functions.sales.invoke({
        version: '2.0',
        rawPath: path,
        rawQueryString: '',
        headers: {
          ...{ host: 'shop.example.com', 'x-api-key': OPERATIONS_API_KEY },
          ...(body && { 'content-type': 'application/json' }),
          ...(key && { 'idempotency-key': key }),
        },
        requestContext: { http: { method, path, sourceIp: '192.0.2.1' } },
        body: body && JSON.stringify(body),
        isBase64Encoded: false,
      })) as HttpAnswer;
    }

    const buy = (quantity: number, key = uuidv7()) =>
      request('POST', '/sales', { lines: [{ sku: SKU, quantity }] }, key);

    const onHand = async () => {
      const { body } = await request('GET', `/products/${SKU}`);
      return (JSON.parse(body) as { stock: { onHand: number } }).stock.onHand;
    };

    it('bring an empty database to the newest schema and fill it, once', async () => {
      const first = (await functions.migrate.invoke({})) as { applied: string[]; filled: boolean };
      expect(first.filled).toBe(true);
      expect(first.applied.length).toBeGreaterThan(5);
      expect(await functions.migrate.invoke({})).toEqual({ applied: [], filled: false });
    }, 60_000);

    it('sell from several environments at a time what is there, and each key once', async () => {
      const opening = await onHand();
      const key = uuidv7();
      const answers = await Promise.all([...Array.from({ length: 12 }, () => buy(1)), buy(1, key)]);
      expect(answers.map(({ statusCode }) => statusCode)).toEqual(answers.map(() => 201));
      const again = await buy(1, key);
      expect(again).toMatchObject({ statusCode: 201, headers: { 'idempotent-replayed': 'true' } });
      expect(again.body).toBe(answers.at(-1)!.body);
      expect(await onHand()).toBe(opening - 13);
    }, 90_000);

    it('sell on after their connections died while they were frozen', async () => {
      const rows = await server.query<{ id: number }[]>(
        'SELECT id FROM information_schema.processlist WHERE db = ?',
        [name],
      );
      expect(rows.length).toBeGreaterThan(0);
      for (const { id } of rows) await server.query(`KILL ${id}`);
      const answers = await Promise.all(Array.from({ length: 8 }, () => buy(1)));
      expect(answers.map(({ statusCode }) => statusCode)).toEqual(answers.map(() => 201));
    }, 60_000);

    it('send what a sale wrote into the outbox before they are frozen', async () => {
      await buy(await onHand());
      expect(await queue.count('restock')).toBe(1);
      expect(await queue.count('notifications')).toBeGreaterThan(0);
    }, 60_000);

    it('handle ten messages of which one is broken, and name that one alone', async () => {
      const record = (messageId: string, body: string) => ({
        ...{ messageId, body, receiptHandle: messageId, messageAttributes: {} },
        attributes: { ApproximateReceiveCount: '1', SentTimestamp: '0' },
        eventSourceARN: 'arn:aws:sqs:ap-northeast-2:000000000000:probe',
      });
      const records = Array.from({ length: 9 }, (_, input) => record(`good-${input}`, `{"input":${input}}`));
      expect(await functions.worker.invoke({ Records: [...records, record('broken', 'no JSON')] })).toEqual({
        batchItemFailures: [{ itemIdentifier: 'broken' }],
      });
      const failures = await server.query<object[]>(`SELECT * FROM ${name}.delivery_failure`);
      expect(failures).toHaveLength(1);
    }, 60_000);

    it('do on a schedule what needs no message', async () => {
      await server.query(
        `INSERT INTO ${name}.outbox_message (id, queue, payload, created_at) VALUES (?, 'probe', '{"input":1}', UTC_TIMESTAMP(3))`,
        [uuidv7()],
      );
      await functions.scheduled.invoke({});
      expect(await queue.count('probe')).toBe(1);
    }, 90_000);
  });
}
