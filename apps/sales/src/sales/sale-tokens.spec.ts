import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createHmac } from 'node:crypto';
import { TEST_DATABASES } from '../../../../libs/inventory/src/testing/test-database.js';
import { type SalesEnvironment } from '../environment.js';
import { OPERATIONS_API_KEY, SALE_TOKEN_KEY, SalesUnderTest } from '../testing/sales-under-test.js';
import { SaleTokens } from './sale-tokens.js';

const EMAIL = 'kim@example.com';
const ID = '01990b7e-5c1d-7a52-9d0e-3f6f1c2a8b41';
const OTHER_ID = '01990b7e-5c1d-7a52-9d0e-3f6f1c2a8b42';

describe('the tokens of sales', () => {
  const tokensOf = (current: string, previous?: string) =>
    new SaleTokens({
      SALE_TOKEN_KEY: current,
      SALE_TOKEN_KEY_PREVIOUS: previous,
    } as unknown as SalesEnvironment);

  it('are an HMAC of the id, so that no other program needs this one to make them', () => {
    const hmac = createHmac('sha256', SALE_TOKEN_KEY).update(`sale-token:v1:${ID}`).digest('base64url');
    expect(tokensOf(SALE_TOKEN_KEY).of(ID)).toBe(hmac);
    expect(hmac).toHaveLength(43);
  });

  it('are of one sale, whole, and letter by letter', () => {
    const tokens = tokensOf(SALE_TOKEN_KEY);
    const token = tokens.of(ID);
    expect(tokens.isValid(ID, token)).toBe(true);
    const wrong = ['', token.slice(1), `${token}=`, token.toLowerCase(), tokens.of(OTHER_ID), '토큰', ID];
    for (const other of wrong) expect([other, tokens.isValid(ID, other)]).toEqual([other, false]);
  });

  it('stay valid while their key is replaced, and end with it', () => {
    const before = tokensOf('b'.repeat(32)).of(ID);
    const after = tokensOf('a'.repeat(32)).of(ID);
    const first = tokensOf('b'.repeat(32), 'a'.repeat(32));
    const second = tokensOf('a'.repeat(32), 'b'.repeat(32));
    expect([first.of(ID), second.of(ID)]).toEqual([before, after]);
    for (const step of [first, second])
      expect([before, after].map((token) => step.isValid(ID, token))).toEqual([true, true]);
    expect(tokensOf('a'.repeat(32)).isValid(ID, before)).toBe(false);
  });
});

describe.each(TEST_DATABASES)('the address of a buyer, on %s', (kind) => {
  let sales: SalesUnderTest;

  beforeAll(async () => {
    sales = await SalesUnderTest.start({}, kind);
    await sales.warehouse.stockProduct('RING', 100);
  });
  afterAll(() => sales.stop());

  const buy = async (headers: Record<string, string> = {}) => {
    const body = { lines: [{ sku: 'RING', quantity: 1 }], customerEmail: EMAIL };
    const { body: sale, headers: answered } = await sales.ask('POST', '/sales', {
      body,
      headers: { 'x-api-key': undefined, ...headers },
    });
    return { sale: sale as Record<string, string>, isReplayed: answered['idempotent-replayed'] === 'true' };
  };
  const get = (id: string, headers: Record<string, string> = {}) =>
    sales.ask('GET', `/sales/${id}`, { headers: { 'x-api-key': undefined, ...headers } });

  it('is shown to the buyer and to operators, and is null for everybody else', async () => {
    const { token, ...sale } = (await buy()).sale;
    expect(token).toMatch(/^[\w-]{43}$/);
    expect(sale.customerEmail).toBe(EMAIL);
    expect((await get(sale.id!)).body).toEqual({ ...sale, customerEmail: null });
    expect((await get(sale.id!, { 'x-sale-token': token! })).body).toEqual(sale);
    expect((await get(sale.id!.toUpperCase(), { 'x-sale-token': token! })).body).toEqual(sale);
    expect((await get(sale.id!, { 'x-api-key': OPERATIONS_API_KEY })).body).toEqual(sale);
    expect((await get(sale.id!)).headers.vary).toBe('X-Api-Key, X-Sale-Token');
  });

  it('is shown by no other token and no wrong key, whether there is such a sale or not', async () => {
    const [first, second] = [(await buy()).sale, (await buy()).sale];
    const wrong = { status: 403, body: { code: 'SALE.TOKEN_WRONG' } };
    expect(await get(first.id!, { 'x-sale-token': second.token! })).toMatchObject(wrong);
    expect(await get(OTHER_ID, { 'x-sale-token': second.token! })).toMatchObject(wrong);
    const both = { 'x-sale-token': second.token!, 'x-api-key': OPERATIONS_API_KEY };
    expect(await get(first.id!, both)).toMatchObject(wrong);
    expect(await get(first.id!, { 'x-api-key': 'a-wrong-key' })).toMatchObject({ status: 401 });
    expect(JSON.stringify(await get(first.id!))).not.toContain(EMAIL);
  });

  it('is behind the same token after a repeat of the purchase', async () => {
    const key = { 'idempotency-key': `token-${kind}` };
    const [first, repeat] = [await buy(key), await buy(key)];
    expect([first.isReplayed, repeat.isReplayed]).toEqual([false, true]);
    expect(repeat.sale).toEqual(first.sale);
  });
});
