import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SalesUnderTest } from '../testing/sales-under-test.js';

const SHOP = 'https://shop.example.com';

describe('CORS for one shop', () => {
  let sales: SalesUnderTest;

  beforeAll(async () => {
    sales = await SalesUnderTest.start({ CORS_ORIGINS: `${SHOP}, http://localhost:5173` });
    await sales.warehouse.stockProduct('RING', 100);
  });
  afterAll(() => sales.stop());

  const preflight = (origin: string, url = '/sales') =>
    sales.application.inject({
      method: 'OPTIONS',
      url,
      headers: { origin, 'access-control-request-method': 'POST' },
    });

  it('lets its scripts send the headers that the API reads', async () => {
    for (const origin of [SHOP, 'http://localhost:5173']) {
      const { statusCode, headers } = await preflight(origin);
      expect(statusCode).toBe(204);
      expect(headers).toMatchObject({
        'access-control-allow-origin': origin,
        'access-control-allow-methods': 'GET, HEAD, POST, OPTIONS',
        'access-control-max-age': '600',
        allow: 'GET, HEAD, POST, OPTIONS',
        vary: 'Origin',
      });
      const allowed = String(headers['access-control-allow-headers']).toLowerCase().split(', ');
      for (const name of ['content-type', 'idempotency-key', 'x-client-id', 'if-match', 'x-api-key']) {
        expect(allowed).toContain(name);
      }
      expect(allowed).toContain('x-request-id');
    }
  });

  it.each(['/products', '/products/RING', '/restock-orders'])(
    'makes caches vary by origin and by operations key: %s',
    async (url) => {
      for (const origin of [SHOP, 'https://other.example.com']) {
        const { headers } = await sales.application.inject({ url, headers: { origin } });
        expect(headers.vary).toBe('Origin, X-Api-Key');
      }
    },
  );

  it('lets scripts of the shop read the answers and their headers, refusals included', async () => {
    const sold = await sales.buy('RING', { headers: { origin: SHOP } });
    const refused = await sales.buy('NOPE', { headers: { origin: SHOP } });
    const lost = await sales.application.inject({ url: '/nope', headers: { origin: SHOP } });
    const forbidden = await sales.application.inject({
      method: 'DELETE',
      url: '/sales',
      headers: { origin: SHOP },
    });
    expect([sold, refused, lost, forbidden].map(({ statusCode }) => statusCode)).toEqual([
      201, 404, 404, 405,
    ]);
    for (const { headers } of [sold, refused, lost, forbidden]) {
      expect(headers['access-control-allow-origin']).toBe(SHOP);
      expect(String(headers['access-control-expose-headers']).split(', ')).toEqual(
        expect.arrayContaining([
          'Location',
          'Idempotent-Replayed',
          'Retry-After',
          'ETag',
          'X-Request-Id',
          'Link',
          'RateLimit-Reset',
        ]),
      );
      expect(headers['access-control-allow-credentials']).toBeUndefined();
    }
  });

  it('refuses every other origin', async () => {
    for (const origin of ['https://shop.example.com.evil.example', 'http://shop.example.com', 'null']) {
      expect((await preflight(origin)).headers['access-control-allow-origin']).toBeUndefined();
      const sold = await sales.buy('RING', { headers: { origin } });
      expect(sold.headers['access-control-allow-origin']).toBeUndefined();
    }
  });

  it('adds no path', async () => {
    expect((await preflight(SHOP, '/nope')).statusCode).toBe(404);
    const plain = await sales.application.inject({ method: 'OPTIONS', url: '/products' });
    expect([plain.statusCode, plain.headers.allow]).toEqual([204, 'GET, HEAD, OPTIONS']);
  });
});
