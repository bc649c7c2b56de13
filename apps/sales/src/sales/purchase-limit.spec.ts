import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { SignJWT, UnsecuredJWT } from 'jose';
import { TEST_DATABASES } from '../../../../libs/inventory/src/testing/test-database.js';
import { CALLBACK_SIGNING_KEY, SalesUnderTest } from '../testing/sales-under-test.js';

const KEY = CALLBACK_SIGNING_KEY;
const RULES = {
  name: 'Ring',
  priceKrw: 1_000,
  factoryId: 'FF-1',
  reorderPoint: 0,
  targetLevel: 50,
  lotSize: 10,
  maxPerSale: 50,
  adManagerEmail: 'ads@donut-states.example',
  openingStock: 100,
};

const token = (sub?: string, { key = KEY, alg = 'HS256', expires = '5 min' } = {}) => {
  const jwt = new SignJWT({}).setProtectedHeader({ alg });
  if (sub !== undefined) jwt.setSubject(sub);
  if (expires) jwt.setExpirationTime(expires);
  return jwt.sign(new TextEncoder().encode(key));
};

describe.each(TEST_DATABASES)('the limit of a customer over HTTP on %s', (kind) => {
  let sales: SalesUnderTest;

  beforeAll(async () => {
    sales = await SalesUnderTest.start({ CUSTOMER_SIGNING_KEY: KEY }, kind);
  }, 60_000);

  afterEach(async () => expect(await sales.warehouse.differences()).toEqual([]));
  afterAll(() => sales.stop());

  const put = (sku: string, rules: object) =>
    sales.ask('PUT', `/products/${sku}`, { body: { ...RULES, ...rules } });
  const buy = (sku: string, body: object = {}, headers: Record<string, string | undefined> = {}) =>
    sales.ask('POST', '/sales', { body: { lines: [{ sku, quantity: 1 }], ...body }, headers });
  const buyAs = (sku: string, jwt: string) => buy(sku, {}, { 'x-customer-token': jwt });

  it('is shown to buyers, and refuses with what they need to know', async () => {
    const rules = { maxPerCustomer: 1, customerWindowSeconds: 3_600 };
    expect((await put('LIMITED', rules)).body).toMatchObject(rules);
    const shown = await sales.ask('GET', '/products/LIMITED', { headers: { 'x-api-key': undefined } });
    expect(shown.body).toMatchObject(rules);
    expect(await buy('LIMITED')).toMatchObject({
      status: 422,
      body: { code: 'SALE.CUSTOMER_REQUIRED', sku: 'LIMITED' },
    });
    expect(await buy('LIMITED', { customerEmail: 'kim@example.com' })).toMatchObject({ status: 201 });
    const again = await buy('LIMITED', { customerEmail: 'KIM+1@example.com' }, { 'accept-language': 'ko' });
    expect(again).toMatchObject({
      status: 409,
      body: { code: 'SALE.LIMIT_REACHED', sku: 'LIMITED', limit: 1, remaining: 0 },
    });
    expect(again.body.detail).toBe('LIMITED은(는) 고객 한 명이 1개까지 살 수 있고, 0개 남았습니다.');
    expect(Date.parse(again.body.resetsAt)).toBeGreaterThan(Date.now() + 3_500_000);
    const changed = await sales.ask('PATCH', '/products/LIMITED', { body: { customerWindowSeconds: null } });
    expect(changed.body).toMatchObject({ maxPerCustomer: 1, customerWindowSeconds: null });
    expect((await put('LIMITED', { openingStock: undefined })).body).toMatchObject({
      maxPerCustomer: null,
      customerWindowSeconds: null,
    });
  });

  it('goes by the customer that a token proves', async () => {
    await put('PROVEN', { maxPerCustomer: 1 });
    expect(await buyAs('PROVEN', await token('7'))).toMatchObject({ status: 201 });
    expect(await buyAs('PROVEN', await token('7'))).toMatchObject({
      status: 409,
      body: { code: 'SALE.LIMIT_REACHED', resetsAt: null },
    });
    expect(await buyAs('PROVEN', await token('8'))).toMatchObject({ status: 201 });
  });

  it('answers a repeat with a new token of the same customer, and not of another', async () => {
    await put('REPEATED', { maxPerCustomer: 1 });
    const repeat = async (jwt: string) =>
      buy('REPEATED', {}, { 'idempotency-key': 'limit', 'x-customer-token': jwt });
    const sold = await repeat(await token('7'));
    expect(await repeat(await token('7', { expires: '9 min' }))).toMatchObject({
      status: 201,
      body: sold.body,
    });
    expect(await repeat(await token('8'))).toMatchObject({ status: 422, body: { code: 'SALE.KEY_REUSED' } });
  });

  it.each([
    ['of another key', () => token('7', { key: 'another-signing-key-of-32-characters!' })],
    ['of another algorithm', () => token('7', { alg: 'HS384' })],
    [
      'that is not signed',
      async () => new UnsecuredJWT({ sub: '7' }).setExpirationTime('5 min').encode() + 'AA',
    ],
    ['that has expired', () => token('7', { expires: '-1 min' })],
    ['that never expires', () => token('7', { expires: '' })],
    ['of nobody', () => token()],
    ['of an id that is too long', () => token('7'.repeat(256))],
    ['that is no token', async () => 'a.b.c'],
  ])('refuses a token %s', async (_, make) => {
    expect(await buyAs('LIMITED', await make())).toMatchObject({
      status: 403,
      body: { code: 'CUSTOMER.TOKEN_REFUSED' },
    });
  });

  it('refuses any token where no key is set, rather than to take nobody for the customer', async () => {
    const keyless = await SalesUnderTest.start({}, kind);
    await keyless.warehouse.stockProduct('CP-1', 10);
    const answer = await keyless.buy('CP-1', { headers: { 'x-customer-token': await token('7') } });
    expect([answer.statusCode, answer.json().code]).toEqual([403, 'CUSTOMER.TOKEN_REFUSED']);
    await keyless.stop();
  });
});
