import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { TEST_DATABASES } from '../../../../libs/inventory/src/testing/test-database.js';
import { SalesUnderTest } from '../testing/sales-under-test.js';

const RULES = {
  name: 'Ring',
  priceKrw: 1_000,
  factoryId: 'FF-1',
  reorderPoint: 10,
  targetLevel: 50,
  lotSize: 10,
  maxPerSale: 50,
  adManagerEmail: 'ads@donut-states.example',
};

describe.each(TEST_DATABASES)("a product's life over HTTP on %s", (kind) => {
  let sales: SalesUnderTest;

  beforeAll(async () => {
    sales = await SalesUnderTest.start({}, kind);
  }, 60_000);

  afterEach(async () => expect(await sales.warehouse.differences()).toEqual([]));
  afterAll(() => sales.stop());

  const put = (sku: string, body: object) =>
    sales.ask('PUT', `/products/${sku}`, { body: { ...RULES, ...body } });
  const patch = (sku: string, body: object) => sales.ask('PATCH', `/products/${sku}`, { body });
  const ordersOf = async (sku: string) =>
    (await sales.ask('GET', `/restock-orders?sku=${sku}`)).body.items as { quantity: number }[];

  it('begins without stock, and is ordered at once', async () => {
    expect((await put('EMPTY', {})).body).toMatchObject({
      status: 'ACTIVE',
      maxRefusedDemand: null,
      stock: { onHand: 0, onOrder: 50 },
    });
  });

  it('begins with its opening stock, and nothing is ordered while that is above the reorder point', async () => {
    expect(await put('OPENED', { openingStock: 11 })).toMatchObject({
      status: 201,
      body: { stock: { onHand: 11, onOrder: 0 } },
    });
    expect(await ordersOf('OPENED')).toEqual([]);
    const { items } = (await sales.ask('GET', '/products/OPENED/movements')).body;
    expect(items).toMatchObject([
      { delta: 11, reason: 'ADJUSTMENT', note: 'opening stock', operator: 'operations' },
    ]);
    const audit = (await sales.ask('GET', '/audit?subjectId=OPENED')).body;
    expect(audit.items).toMatchObject([
      {
        action: 'product.created',
        newValues: { openingStock: 11, status: 'ACTIVE', maxRefusedDemand: null },
      },
    ]);
  });

  it('is ordered all the same when its opening stock is at the reorder point', async () => {
    expect((await put('LOW', { openingStock: 10 })).body).toMatchObject({
      stock: { onHand: 10, onOrder: 40 },
    });
  });

  it('has an opening stock once: a product that is there is refused, and stays as it is', async () => {
    await put('THERE', { openingStock: 20 });
    expect(await put('THERE', { openingStock: 20, priceKrw: 5 })).toMatchObject({
      status: 400,
      body: { code: 'REQUEST.REFUSED', detail: expect.stringContaining('body/openingStock') },
    });
    expect(await patch('THERE', { openingStock: 20 })).toMatchObject({ status: 400 });
    expect((await sales.ask('GET', '/products/THERE')).body).toMatchObject({
      priceKrw: 1_000,
      stock: { onHand: 20 },
    });
  });

  it('is changed by PATCH, and back to the defaults by a PUT that says nothing of it', async () => {
    await put('CHANGED', { openingStock: 20 });
    expect((await patch('CHANGED', { status: 'NOT_REORDERED', maxRefusedDemand: 7 })).body).toMatchObject({
      status: 'NOT_REORDERED',
      maxRefusedDemand: 7,
    });
    expect((await patch('CHANGED', { maxRefusedDemand: null })).body).toMatchObject({
      status: 'NOT_REORDERED',
      maxRefusedDemand: null,
    });
    await patch('CHANGED', { maxRefusedDemand: 9 });
    const shown = (await sales.ask('GET', '/products/CHANGED')).body;
    expect((await sales.ask('PUT', '/products/CHANGED', { body: shown })).body).toEqual(shown);
    expect((await put('CHANGED', {})).body).toMatchObject({ status: 'ACTIVE', maxRefusedDemand: null });
    const audit = (await sales.ask('GET', '/audit?subjectId=CHANGED&order=asc')).body;
    expect(audit.items.slice(1, 2)).toMatchObject([
      {
        oldValues: { status: 'ACTIVE', maxRefusedDemand: null },
        newValues: { status: 'NOT_REORDERED', maxRefusedDemand: 7 },
      },
    ]);
  });

  it('shows buyers the status, and operators the cap as well', async () => {
    await put('SHOWN', { openingStock: 20, maxRefusedDemand: 3 });
    const public_ = await sales.ask('GET', '/products/SHOWN', { headers: { 'x-api-key': undefined } });
    expect(public_.body).toMatchObject({ status: 'ACTIVE' });
    expect(public_.body).not.toHaveProperty('maxRefusedDemand');
    expect((await sales.ask('GET', '/products/SHOWN')).body).toMatchObject({ maxRefusedDemand: 3 });
  });

  it('has a sale window: shown to buyers, changed by PATCH, and gone after a PUT without it', async () => {
    const salesFrom = '2026-01-01T00:00:00.123Z';
    const salesUntil = '2099-01-01T00:00:00.000Z';
    expect((await put('WINDOW', { openingStock: 20, salesFrom, salesUntil })).body).toMatchObject({
      salesFrom,
      salesUntil,
    });
    const shown = await sales.ask('GET', '/products/WINDOW', { headers: { 'x-api-key': undefined } });
    expect(shown.body).toMatchObject({ salesFrom, salesUntil });
    // The same moment, as another time zone writes it.
    expect((await patch('WINDOW', { salesUntil: '2099-01-01T18:00:00+09:00' })).body).toMatchObject({
      salesFrom,
      salesUntil: '2099-01-01T09:00:00.000Z',
    });
    expect((await patch('WINDOW', { salesUntil: null })).body).toMatchObject({ salesFrom, salesUntil: null });
    const audit = (await sales.ask('GET', '/audit?subjectId=WINDOW&limit=1')).body;
    expect(audit.items).toMatchObject([
      { oldValues: { salesUntil: '2099-01-01T09:00:00.000Z' }, newValues: { salesUntil: null } },
    ]);
    expect((await put('WINDOW', {})).body).toMatchObject({ salesFrom: null, salesUntil: null });
  });

  it('has no window that never opens, and no time that the database cannot keep', async () => {
    const window = { salesFrom: '2026-02-01T00:00:00Z', salesUntil: '2026-02-01T00:00:00Z' };
    expect(await put('NEVER', window)).toMatchObject({
      status: 422,
      body: {
        code: 'PRODUCT.RULES_CONTRADICT',
        members: ['salesFrom', 'salesUntil'],
        salesFrom: '2026-02-01T00:00:00.000Z',
      },
    });
    for (const salesFrom of ['0001-01-01T00:00:00Z', '9999-12-31T23:59:59-12:00', '2016-12-31T23:59:60Z']) {
      expect(await put('NEVER', { salesFrom })).toMatchObject({
        status: 400,
        body: { code: 'REQUEST.REFUSED', detail: expect.stringContaining('body/salesFrom') },
      });
    }
  });

  it('is refused outside its window, with Retry-After before it alone', async () => {
    const opensAt = new Date(Date.now() + 3_600_000).toISOString();
    await put('SOON', { openingStock: 20, salesFrom: opensAt });
    const early = await sales.buy('SOON', { headers: { 'accept-language': 'ko' } });
    expect([early.statusCode, early.json()]).toMatchObject([
      409,
      { code: 'SALE.NOT_OPEN', sku: 'SOON', opensAt, detail: `SOON은(는) ${opensAt}부터 팝니다.` },
    ]);
    expect(Number(early.headers['retry-after'])).toBeGreaterThan(3_500);
    expect(Number(early.headers['retry-after'])).toBeLessThanOrEqual(3_600);
    await put('LATE', { openingStock: 20, salesUntil: '2026-01-01T00:00:00Z' });
    const late = await sales.buy('LATE');
    expect([late.statusCode, late.json()]).toMatchObject([
      409,
      { code: 'SALE.NOT_OPEN', sku: 'LATE', closedAt: '2026-01-01T00:00:00.000Z' },
    ]);
    expect(late.headers).not.toHaveProperty('retry-after');
    expect((await sales.application.inject('/metrics')).payload).toMatch(
      /donut_states_database_clock_error_seconds 0\.\d+/,
    );
  });

  it('ends: a refused buyer hears of no restock order, then that it is not sold any more', async () => {
    await put('ENDING', { openingStock: 1, status: 'NOT_REORDERED' });
    expect((await sales.buy('ENDING')).statusCode).toBe(201);
    const refused = await sales.buy('ENDING');
    expect(refused.statusCode).toBe(409);
    expect(refused.json()).toMatchObject({
      code: 'STOCK.INSUFFICIENT',
      shortages: [{ sku: 'ENDING', restockOrder: null }],
    });
    await patch('ENDING', { status: 'DISCONTINUED' });
    const ended = await sales.buy('ENDING', { headers: { 'accept-language': 'ko' } });
    expect(ended.statusCode).toBe(409);
    expect(ended.json()).toMatchObject({
      code: 'PRODUCT.DISCONTINUED',
      sku: 'ENDING',
      detail: 'ENDING은(는) 더 이상 팔지 않습니다.',
    });
    expect(await ordersOf('ENDING')).toEqual([]);
  });

  it('orders nothing for a recall, and orders again once it is active', async () => {
    await put('RECALLED', { openingStock: 20, status: 'NOT_REORDERED' });
    await sales.ask('POST', '/products/RECALLED/adjustments', { body: { delta: -20, note: 'recalled' } });
    expect(await ordersOf('RECALLED')).toEqual([]);
    await patch('RECALLED', { status: 'ACTIVE' });
    expect(await ordersOf('RECALLED')).toMatchObject([{ quantity: 50 }]);
  });
});
