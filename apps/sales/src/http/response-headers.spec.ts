import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { OPERATIONS_API_KEY, SalesUnderTest } from '../testing/sales-under-test.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

let sales: SalesUnderTest;

beforeAll(async () => {
  sales = await SalesUnderTest.start({ RATE_LIMIT_PER_MINUTE: '3' });
  await sales.warehouse.stockProduct('RING', 100);
});
afterAll(() => sales.stop());

const get = (url: string, headers: Record<string, string> = {}) => sales.application.inject({ url, headers });

/** An answer of every kind. */
async function answers() {
  const bought = await sales.buy('RING');
  return {
    sale: bought,
    'sale again': await get(String(bought.headers.location)),
    'unknown SKU': await sales.buy('NOPE'),
    'invalid body': await sales.buy('a b'),
    'rate limit': await sales.buy('RING'),
    product: await get('/products/RING'),
    'no key': await get('/dead-letters'),
    'dead letters': await get('/dead-letters', { 'x-api-key': OPERATIONS_API_KEY }),
    'no route': await get('/nope'),
    'no method': await sales.application.inject({ method: 'DELETE', url: '/products' }),
    options: await sales.application.inject({ method: 'OPTIONS', url: '/products' }),
    head: await sales.application.inject({ method: 'HEAD', url: '/products' }),
    'bad path': await get('/%zz'),
    live: await get('/health/live'),
    metrics: await get('/metrics'),
    docs: await get('/docs'),
    'docs file': await get('/docs/look.css'),
    'docs file that is not there': await get('/docs/nope.css'),
    description: await get('/openapi.json'),
  };
}

describe('the request id', () => {
  it('is on every answer, and no two are the same', async () => {
    const all = [...Object.entries(await answers()), ...Object.entries(await answers())];
    expect(all.filter(([, { headers }]) => !UUID.test(String(headers['x-request-id'])))).toEqual([]);
    expect(new Set(all.map(([, { headers }]) => headers['x-request-id'])).size).toBe(all.length);
  });

  it.each([
    '7f3c',
    '01ARZ3NDEKTSV4RRFFQ69G5FAV',
    'Root=1-67891233-abcdef012345678912345678',
    'a'.repeat(128),
  ])("is the client's own id when that is well formed: %s", async (id) => {
    for (const url of ['/products', '/nope', '/%zz']) {
      expect((await get(url, { 'x-request-id': id })).headers['x-request-id']).toBe(id);
    }
  });

  it.each(['', ' ', 'two words', 'a'.repeat(129), 'kim@example.com', '{"a":1}', 'a"b', '열쇠', 'a, b'])(
    "is a new id when the client's own is not well formed: %s",
    async (id) => {
      const { statusCode, headers } = await get('/products', { 'x-request-id': id });
      expect(statusCode).toBe(200);
      expect(headers['x-request-id']).toMatch(UUID);
    },
  );
});

describe('the description of the API', () => {
  it('lists the request id for every answer of every operation', async () => {
    const { paths, components } = (await get('/openapi.json')).json();
    const operations =
      Object.entries<Record<string, { responses: Record<string, { headers?: object }> }>>(paths);
    const answers = operations.flatMap(([path, methods]) =>
      Object.entries(methods).flatMap(([method, { responses }]) =>
        Object.entries(responses).map(
          ([status, { headers }]) => [`${method} ${path} ${status}`, headers] as const,
        ),
      ),
    );
    expect(answers.length).toBeGreaterThan(40);
    const without = answers.filter(([, headers]) => !headers || !('X-Request-Id' in headers));
    expect(without.map(([name]) => name)).toEqual([]);
    expect(components.headers['X-Request-Id']).toMatchObject({ schema: { type: 'string' } });
  });
});

describe('the headers of every answer', () => {
  it('forbid browsers to guess the content type, and caches to store personal data', async () => {
    for (const [name, { headers }] of Object.entries(await answers())) {
      const caching = ['product', 'head'].includes(name) ? 'public, no-cache' : 'no-store';
      expect([name, headers['x-content-type-options']]).toEqual([name, 'nosniff']);
      if (name === 'docs file') continue;
      expect([name, headers['cache-control']]).toEqual([name, caching]);
    }
  });

  it('let caches revalidate a product, and store no answer for an operator', async () => {
    for (const url of ['/products', '/products/RING']) {
      expect((await get(url)).headers).toMatchObject({
        'cache-control': 'public, no-cache',
        vary: 'X-Api-Key',
      });
      const keyed = await get(url, { 'x-api-key': OPERATIONS_API_KEY });
      expect(keyed.headers).toMatchObject({ 'cache-control': 'no-store', vary: 'X-Api-Key' });
    }
    for (const url of ['/products/NOPE', '/products?limit=0', '/products/RING/ledger']) {
      expect((await get(url)).headers['cache-control']).toBe('no-store');
    }
  });

  it('let the pages of /docs load only their own files, and forbid other sites to embed them', async () => {
    for (const url of ['/docs', '/docs/']) {
      const { statusCode, headers } = await get(url);
      expect([url, statusCode]).toEqual([url, 200]);
      const policy = String(headers['content-security-policy']);
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("script-src 'self'");
      expect(policy).toContain("frame-ancestors 'none'");
    }
  });
});
