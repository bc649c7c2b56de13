import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Logger, type LoggerService } from '@nestjs/common';
import fastify, { type FastifyInstance } from 'fastify';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../../../libs/runtime/src/testing/eventually.js';
import { MAX_FAILURES_A_SECOND, type RequestLog, SLOW_MS, useRequestLog } from './request-log.js';
import { SalesUnderTest } from './testing/sales-under-test.js';

interface Line {
  level: 'log' | 'warn';
  message: string;
  facts: Record<string, unknown>;
}

let lines: Line[];

const recorder: LoggerService = {
  log: (message: string, facts: Line['facts']) => void lines.push({ level: 'log', message, facts }),
  warn: (message: string, facts: Line['facts']) => void lines.push({ level: 'warn', message, facts }),
  error: () => undefined,
};

beforeEach(() => {
  lines = [];
});

describe('the log of requests', () => {
  let server: FastifyInstance;

  beforeEach(() => Logger.overrideLogger(recorder));
  afterEach(async () => {
    await server.close();
  });

  const serve = (which: RequestLog) => {
    server = fastify();
    useRequestLog(server, which);
    server.get('/sales/:id', async () => ({}));
    server.get('/faulty/:id', (_request, reply) => reply.code(503).send({}));
    server.get('/slow', () => sleep(SLOW_MS + 50).then(() => ({})));
  };
  const get = (...urls: string[]) => Promise.all(urls.map((url) => server.inject(url)));

  it('lists failed and slow requests by the pattern of their route', async () => {
    serve('failures');
    await get('/sales/1', '/nowhere', '/faulty/secret?key=secret');
    await eventually(() => lines.length >= 1);
    await get('/slow');
    await eventually(() => lines.length >= 2);
    expect(lines).toEqual([
      {
        level: 'warn',
        message: 'answered',
        facts: {
          method: 'GET',
          route: '/faulty/:id',
          status: 503,
          durationMs: expect.any(Number),
          requestId: 'req-3',
        },
      },
      { level: 'warn', message: 'answered', facts: expect.objectContaining({ route: '/slow', status: 200 }) },
    ]);
    expect(lines[1]!.facts.durationMs).toBeGreaterThanOrEqual(SLOW_MS);
  });

  it('lists every request when set to all', async () => {
    serve('all');
    await get('/sales/1', '/nowhere', '/faulty/1');
    await eventually(() => lines.length >= 3);
    expect(lines.map(({ level, facts }) => [level, facts.route, facts.status]).sort()).toEqual([
      ['log', '/sales/:id', 200],
      ['log', 'none', 404],
      ['warn', '/faulty/:id', 503],
    ]);
  });

  it('lists nothing when set to none', async () => {
    serve('none');
    await get('/faulty/1', '/sales/1');
    await sleep(20);
    expect(lines).toEqual([]);
  });

  it('counts failures above a bound instead of listing them', async () => {
    serve('failures');
    await get(...Array<string>(MAX_FAILURES_A_SECOND + 30).fill('/faulty/1'));
    await eventually(() => lines.length >= MAX_FAILURES_A_SECOND + 1);
    expect(lines.filter(({ message }) => message === 'answered')).toHaveLength(MAX_FAILURES_A_SECOND);
    expect(lines.at(-1)).toEqual({
      level: 'warn',
      message: 'more failed or slow requests in this second',
      facts: { requests: 30 },
    });
    await get('/faulty/1');
    await eventually(() => lines.length >= MAX_FAILURES_A_SECOND + 2);
    expect(lines.at(-1)).toMatchObject({ message: 'answered' });
  });
});

describe('the log of requests of the sales service', () => {
  let sales: SalesUnderTest;

  afterEach(() => sales.stop());

  const buyLoudly = async () => {
    sales.application.useLogger(recorder);
    await sales.warehouse.stockProduct('RING', 1);
    return sales.application.inject({
      method: 'POST',
      url: '/sales',
      headers: { 'idempotency-key': 'secret-key' },
      payload: { lines: [{ sku: 'RING', quantity: 1 }], customerEmail: 'secret@example.com' },
    });
  };
  const requests = () => lines.filter(({ message }) => message === 'answered');

  it('contains no data that a buyer sent', async () => {
    sales = await SalesUnderTest.start({ REQUEST_LOG: 'all' });
    expect((await buyLoudly()).statusCode).toBe(201);
    await sales.application.inject('/products/RING?secret=secret');
    await eventually(() => lines.length >= 2);
    expect(requests().map(({ facts }) => [facts.method, facts.route, facts.status])).toEqual([
      ['POST', '/sales', 201],
      ['GET', '/products/:sku', 400],
    ]);
    expect(JSON.stringify(lines)).not.toMatch(/secret|RING/);
  });

  it('contains the request id of the answer, also when the client chose it', async () => {
    sales = await SalesUnderTest.start({ REQUEST_LOG: 'all' });
    sales.application.useLogger(recorder);
    const first = await sales.application.inject('/products');
    await sales.application.inject({ url: '/products', headers: { 'x-request-id': 'shop-7' } });
    await eventually(() => lines.length >= 2);
    expect(requests().map(({ facts }) => facts.requestId)).toEqual([first.headers['x-request-id'], 'shop-7']);
  });

  it('does not list a sale by default', async () => {
    sales = await SalesUnderTest.start();
    expect((await buyLoudly()).statusCode).toBe(201);
    await sleep(20);
    expect(requests()).toEqual([]);
  });
});
