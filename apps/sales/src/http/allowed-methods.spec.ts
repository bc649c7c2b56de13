import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SalesUnderTest } from '../testing/sales-under-test.js';

type Method = 'DELETE' | 'GET' | 'HEAD' | 'OPTIONS' | 'PATCH' | 'POST' | 'PUT';

describe('a known path with a method that it does not support', () => {
  let sales: SalesUnderTest;

  beforeAll(async () => {
    sales = await SalesUnderTest.start();
    await sales.warehouse.stockProduct('RING', 1);
  });
  afterAll(() => sales.stop());

  const ask = (method: Method, url: string, payload?: string) =>
    sales.application.inject({ method, url, ...(payload && { payload }) });

  it.each<[Method, string, string]>([
    ['GET', '/hello', 'POST, OPTIONS'],
    ['PUT', '/sales/1', 'DELETE, GET, HEAD, OPTIONS'],
    ['POST', '/products/RING?limit=1', 'GET, HEAD, PATCH, PUT, OPTIONS'],
    ['DELETE', '/%73ales', 'GET, HEAD, POST, OPTIONS'],
    ['POST', '/metrics', 'GET, HEAD, OPTIONS'],
    ['PUT', '/docs/look.css', 'GET, HEAD, OPTIONS'],
    ['DELETE', '/openapi.json', 'GET, HEAD, OPTIONS'],
    ['GET', '/restock-orders/1/cancel', 'POST, OPTIONS'],
  ])('is 405 and lists the allowed methods: %s %s', async (method, url, allow) => {
    const answer = await ask(method, url);
    expect(answer.statusCode).toBe(405);
    expect(methodsIn(answer.headers.allow)).toEqual(methodsIn(allow));
    expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8');
    expect(answer.json()).toMatchObject({ code: 'REQUEST.METHOD_NOT_ALLOWED', status: 405 });
  });

  it('is 405 with any body', async () => {
    expect((await ask('DELETE', '/sales', '{')).statusCode).toBe(405);
    expect((await ask('PUT', '/sales', 'x'.repeat(100_000))).statusCode).toBe(405);
  });

  it('is 404 when the path supports no method', async () => {
    for (const method of ['GET', 'DELETE', 'OPTIONS'] as const) {
      for (const url of ['/nope', '/sales/1/2', '/Sales', '//products']) {
        const answer = await ask(method, url);
        expect([method, url, answer.statusCode]).toEqual([method, url, 404]);
        expect(answer.json()).toMatchObject({ code: 'ROUTE.UNKNOWN' });
      }
    }
  });

  it.each(['/sales', '/sales/1', '/products', '/products/RING', '/health/ready', '/docs/'])(
    'OPTIONS %s is 204 with the allowed methods, and no CORS headers',
    async (url) => {
      const answer = await sales.application.inject({
        method: 'OPTIONS',
        url,
        headers: { origin: 'https://shop.example.com', 'access-control-request-method': 'POST' },
      });
      expect([answer.statusCode, answer.payload]).toEqual([204, '']);
      expect(answer.headers.allow).toMatch(/\b(GET|POST)\b.*, OPTIONS$/);
      expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
    },
  );

  it('HEAD is answered like GET, without a body', async () => {
    for (const url of ['/products', '/products/RING', '/products/NOPE', '/health/live', '/openapi.json']) {
      const get = await ask('GET', url);
      const head = await ask('HEAD', url);
      expect([url, head.statusCode, head.payload]).toEqual([url, get.statusCode, '']);
      expect(head.headers['content-type']).toBe(get.headers['content-type']);
      expect(head.headers['content-length']).toBe(get.headers['content-length']);
    }
  });
});

const methodsIn = (allow: unknown) => String(allow).split(', ').sort();
