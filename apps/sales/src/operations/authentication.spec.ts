import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SalesUnderTest } from '../testing/sales-under-test.js';

const UNKNOWN_ID = '01890000-0000-7000-8000-000000000000';

/** Every route of the operators that takes a body. */
const WRITES = [
  ['PUT', '/products/RING'],
  ['PATCH', '/products/RING'],
  ['POST', '/products/RING/adjustments'],
  ['POST', `/restock-orders/${UNKNOWN_ID}/cancel`],
  ['POST', `/dead-letters/${UNKNOWN_ID}/redrive`],
  ['POST', `/dead-letters/${UNKNOWN_ID}/discard`],
] as const;

describe('a request without the operations key', () => {
  let sales: SalesUnderTest;

  beforeAll(async () => {
    sales = await SalesUnderTest.start();
  });

  afterAll(() => sales.stop());

  it.each(WRITES)('learns only that %s %s needs a key', async (method, url) => {
    const expectRefusal = async (payload: string, headers: Record<string, string>) => {
      const answer = await sales.application.inject({ method, url, headers, payload });
      expect([answer.statusCode, answer.json<{ code: string }>().code]).toEqual([401, 'AUTH.KEY_REQUIRED']);
      expect(answer.json()).not.toHaveProperty('errors');
    };
    for (const payload of ['{}', '{"unknown":1}', '{', 'x'.repeat(70_000)]) {
      for (const type of ['application/json', 'application/xml', 'nonsense']) {
        await expectRefusal(payload, { 'content-type': type });
        await expectRefusal(payload, { 'content-type': type, 'x-api-key': '' });
      }
    }
    await expectRefusal('{', { 'content-type': 'application/json', 'x-api-key': 'wrong' });
  });

  it.each(['/dead-letters?limit=0', '/dead-letters/1', '/products/-/ledger', '/reconcile?unknown=1'])(
    'learns only that GET %s needs a key',
    async (url) => {
      const answer = await sales.ask('GET', url, { headers: { 'x-api-key': undefined } });
      expect(answer).toMatchObject({ status: 401, body: { code: 'AUTH.KEY_REQUIRED' } });
      expect(answer.headers['www-authenticate']).toMatch('ApiKey');
    },
  );

  it('may read public routes, and is refused when it sends a wrong key', async () => {
    await sales.warehouse.stockProduct('RING', 1);
    for (const url of ['/products', '/products/RING', '/restock-orders']) {
      for (const key of [undefined, '']) {
        expect((await sales.ask('GET', url, { headers: { 'x-api-key': key } })).status).toBe(200);
      }
      expect((await sales.ask('GET', url, { headers: { 'x-api-key': 'wrong' } })).status).toBe(401);
    }
  });
});
