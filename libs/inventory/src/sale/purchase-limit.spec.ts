import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { InventoryError } from '../errors.js';
import { Product } from '../product/product.entity.js';
import { buy, confirmed, fallbacksOf } from '../testing/buyers.js';
import { TEST_DATABASES } from '../testing/test-database.js';
import { Warehouse } from '../testing/warehouse.js';
import { customerKey } from './customer-key.js';
import { CustomerPurchase } from './customer-purchase.entity.js';
import { giveBack } from './purchase-limit.js';
import { Sale } from './sale.entity.js';
import { type SaleOutcome } from './sale-request.js';

const KIM = { customerEmail: 'kim@example.com' };
const KEY = customerKey({ ...KIM })!;

describe.each(TEST_DATABASES)('the purchase limit of a customer on %s', (kind) => {
  let warehouse: Warehouse;

  beforeEach(async () => {
    warehouse = await Warehouse.open(kind);
  });

  afterEach(async () => {
    jest.restoreAllMocks();
    expect(await warehouse.differences()).toEqual([]);
    await warehouse.close();
  });

  const limited = (sku: string, rules: Partial<Product> = {}) =>
    warehouse.stockProduct(sku, 5_000, { maxPerCustomer: 3, ...rules });
  const reached = (facts: object) => ({ code: 'SALE.LIMIT_REACHED', facts });
  const purchase = (sku: string) => warehouse.dataSource.manager.findOneBy(CustomerPurchase, { sku });

  it('refuses a sale without a customer', async () => {
    await limited('CP-1');
    await expect(buy(warehouse, 'CP-1')).rejects.toMatchObject({
      code: 'SALE.CUSTOMER_REQUIRED',
      facts: { sku: 'CP-1' },
    });
    expect(await buy(warehouse, 'CP-1', 1, KIM)).toMatchObject({ kind: 'CONFIRMED' });
    await expect(buy(warehouse, 'CP-1')).rejects.toMatchObject({ code: 'SALE.CUSTOMER_REQUIRED' });
  });

  it('counts units over sales, and by mailbox', async () => {
    await limited('CP-1');
    await buy(warehouse, 'CP-1', 2, KIM);
    const refused = reached({ sku: 'CP-1', limit: 3, remaining: 1, resetsAt: null });
    await expect(buy(warehouse, 'CP-1', 2, { customerEmail: 'Kim+2@Example.com' })).rejects.toMatchObject(
      refused,
    );
    await buy(warehouse, 'CP-1', 1, KIM);
    await expect(buy(warehouse, 'CP-1', 1, KIM)).rejects.toMatchObject(
      reached({ sku: 'CP-1', limit: 3, remaining: 0, resetsAt: null }),
    );
    expect(await buy(warehouse, 'CP-1', 3, { customerEmail: 'lee@example.com' })).toMatchObject({
      kind: 'CONFIRMED',
    });
    await expect(buy(warehouse, 'CP-1', 4, { customerEmail: 'park@example.com' })).rejects.toMatchObject(
      reached({ sku: 'CP-1', limit: 3, remaining: 3, resetsAt: null }),
    );
  });

  it('counts by the proven id before the address, and each product by itself', async () => {
    await limited('CP-1');
    await limited('CP-2');
    for (let unit = 0; unit < 3; unit += 1) await buy(warehouse, 'CP-1', 1, { ...KIM, customerId: '7' });
    await expect(
      buy(warehouse, 'CP-1', 1, { customerEmail: 'other@example.com', customerId: '7' }),
    ).rejects.toMatchObject({ code: 'SALE.LIMIT_REACHED' });
    expect(await buy(warehouse, 'CP-1', 1, KIM)).toMatchObject({ kind: 'CONFIRMED' });
    expect(await buy(warehouse, 'CP-2', 3, { customerId: '7' })).toMatchObject({ kind: 'CONFIRMED' });
  });

  it('takes nothing of any line when one is over its limit, or short', async () => {
    await limited('CP-1');
    await warehouse.stockProduct('CP-2', 1, { maxPerCustomer: 3 });
    const sale = (first: number, second: number) =>
      buy(warehouse, 'CP-1', first, {
        lines: [
          { sku: 'CP-1', quantity: first },
          { sku: 'CP-2', quantity: second },
        ],
        ...KIM,
      });
    await expect(sale(1, 4)).rejects.toMatchObject({ facts: { sku: 'CP-2' } });
    expect(await sale(1, 2)).toMatchObject({ kind: 'REFUSED' });
    expect(await purchase('CP-1')).toBeNull();
  });

  it('stores the key of the customer where a limit counts it, and nowhere else', async () => {
    await limited('CP-1');
    await warehouse.stockProduct('CP-2', 10);
    const sales = confirmed([
      ...[await buy(warehouse, 'CP-1', 1, KIM), await buy(warehouse, 'CP-1', 1, KIM)],
      ...[await buy(warehouse, 'CP-2', 1, KIM), await buy(warehouse, 'CP-2', 1, KIM)],
    ]);
    const stored = await Promise.all(
      sales.map(({ id }) => warehouse.dataSource.manager.findOneByOrFail(Sale, { id })),
    );
    expect(stored.map(({ customerKey: key }) => key)).toEqual([KEY, KEY, null, null]);
  });

  it('begins its window with the first purchase, and begins another when it is over', async () => {
    await limited('CP-1', { customerWindowSeconds: 2 });
    await buy(warehouse, 'CP-1', 1, KIM);
    const first = (await purchase('CP-1'))!;
    await sleep(300);
    await buy(warehouse, 'CP-1', 2, KIM);
    expect(await purchase('CP-1')).toEqual({ ...first, units: 3 });
    const resetsAt = new Date(first.windowStartedAt.getTime() + 2_000);
    expect(first.windowEndsAt).toEqual(resetsAt);
    await expect(buy(warehouse, 'CP-1', 1, KIM)).rejects.toMatchObject(
      reached({ remaining: 0, resetsAt: resetsAt.toISOString() }),
    );
    await sleep(2_000);
    await buy(warehouse, 'CP-1', 3, KIM);
    const second = (await purchase('CP-1'))!;
    expect(second.units).toBe(3);
    expect(second.windowStartedAt.getTime()).toBeGreaterThanOrEqual(resetsAt.getTime());
    await expect(buy(warehouse, 'CP-1', 1, KIM)).rejects.toMatchObject({ code: 'SALE.LIMIT_REACHED' });
  });

  it('is that of the product as it is now, lower or higher', async () => {
    await limited('CP-1');
    await buy(warehouse, 'CP-1', 3, KIM);
    const change = (rules: Partial<Product>) =>
      warehouse.dataSource.manager.update(Product, { sku: 'CP-1' }, rules);
    await change({ maxPerCustomer: 1 });
    await expect(buy(warehouse, 'CP-1', 1, KIM)).rejects.toMatchObject(reached({ limit: 1, remaining: 0 }));
    await change({ maxPerCustomer: 4 });
    // A refusal is believed for a second.
    await sleep(1_000);
    expect(await buy(warehouse, 'CP-1', 1, KIM)).toMatchObject({ kind: 'CONFIRMED' });
    await change({ maxPerCustomer: null });
    expect(await buy(warehouse, 'CP-1', 100)).toMatchObject({ kind: 'CONFIRMED' });
  });

  it('answers the repeat of a sale at the limit with the sale', async () => {
    await limited('CP-1');
    const sold = await buy(warehouse, 'CP-1', 3, { ...KIM, idempotencyKey: 'k' });
    expect(await buy(warehouse, 'CP-1', 3, { ...KIM, idempotencyKey: 'k' })).toEqual({
      ...sold,
      replayed: true,
    });
  });

  it('gives back the units of a cancelled sale, unless its window is over', async () => {
    await limited('CP-1');
    const [sale] = confirmed([await buy(warehouse, 'CP-1', 3, KIM)]);
    const back = (soldAt: Date) =>
      warehouse.dataSource.transaction((manager) => giveBack(manager, sale!.lines, KEY, soldAt));
    await back(new Date(sale!.createdAt.getTime() - 3_600_000));
    await expect(buy(warehouse, 'CP-1', 1, KIM)).rejects.toMatchObject({ code: 'SALE.LIMIT_REACHED' });
    await back(sale!.createdAt);
    await back(sale!.createdAt);
    // A refusal is believed for a second.
    await sleep(1_000);
    expect(await purchase('CP-1')).toMatchObject({ units: 0 });
    expect(await buy(warehouse, 'CP-1', 3, KIM)).toMatchObject({ kind: 'CONFIRMED' });
  });

  it('is never exceeded by 500 parallel requests of one customer, of two processes where there may be two', async () => {
    await limited('CP-1', { maxPerCustomer: 7 });
    const shops = kind === 'mysql' ? [warehouse, await warehouse.join()] : [warehouse];
    // Both know the product, so that they sell optimistically.
    for (const [index, shop] of shops.entries()) {
      for (const time of [1, 2])
        await buy(shop, 'CP-1', 1, { customerEmail: `${index}-${time}@example.com` });
    }
    const outcomes = await Promise.all(
      Array.from({ length: 500 }, (_, index) =>
        buy(shops[index % shops.length]!, 'CP-1', 1 + (index % 2), KIM).catch((error: unknown) => error),
      ),
    );
    const sold = confirmed(outcomes.filter((outcome) => !(outcome instanceof Error)) as SaleOutcome[]);
    const units = sold.flatMap(({ lines }) => lines).reduce((sum, { quantity }) => sum + quantity, 0);
    const errors = outcomes.filter((outcome) => outcome instanceof Error);
    expect(errors.map((error) => (error instanceof InventoryError ? error.code : error))).toEqual(
      errors.map(() => 'SALE.LIMIT_REACHED'),
    );
    expect(sold.length + errors.length).toBe(500);
    expect(units).toBe(7);
    const stored = await warehouse.dataSource.manager.findOneByOrFail(CustomerPurchase, { customerKey: KEY });
    expect(stored).toMatchObject({ units: 7, maxUnits: 7 });
    for (const shop of shops.slice(1)) await shop.close();
  }, 60_000);

  if (kind !== 'mysql') return;

  it('keeps the hot path in its optimistic batch, and falls back for the customer who has enough', async () => {
    await limited('CP-1', { customerWindowSeconds: 3_600 });
    await buy(warehouse, 'CP-1', 1, KIM);
    const fallbacks = fallbacksOf(warehouse);
    const customers = Array.from({ length: 50 }, (_, index) => ({ customerEmail: `c${index}@example.com` }));
    const outcomes = await Promise.all(customers.map((customer) => buy(warehouse, 'CP-1', 1, customer)));
    expect(confirmed(outcomes)).toHaveLength(50);
    await buy(warehouse, 'CP-1', 2, KIM);
    expect(fallbacks).toEqual([]);
    await expect(buy(warehouse, 'CP-1', 1, KIM)).rejects.toMatchObject({ code: 'SALE.LIMIT_REACHED' });
    expect(fallbacks).toEqual(['constraint_violation']);
  });

  it('refuses a customer who keeps asking without the database, beside others in their optimistic batch', async () => {
    await limited('CP-1');
    await buy(warehouse, 'CP-1', 2, KIM);
    await expect(buy(warehouse, 'CP-1', 2, KIM)).rejects.toMatchObject(reached({ remaining: 1 }));
    // The batch after one that failed is not optimistic.
    await buy(warehouse, 'CP-1', 1, { customerEmail: 'c0@example.com' });
    const fallbacks = fallbacksOf(warehouse);
    const outcomes = await Promise.all([
      ...[1, 2, 3].map(() => buy(warehouse, 'CP-1', 2, KIM).catch((error: unknown) => error)),
      ...[1, 2].map((number) => buy(warehouse, 'CP-1', 1, { customerEmail: `c${number}@example.com` })),
      // What is left may be bought.
      buy(warehouse, 'CP-1', 1, KIM),
    ]);
    expect(outcomes.slice(0, 3)).toMatchObject([1, 2, 3].map(() => reached({ remaining: 1 })));
    expect(confirmed(outcomes.slice(3) as SaleOutcome[])).toHaveLength(3);
    expect(fallbacks).toEqual([]);
  });

  it('answers the repeat of a sale of another process, although the customer was just refused', async () => {
    await limited('CP-1');
    const other = await warehouse.join();
    const sold = await buy(other, 'CP-1', 3, { ...KIM, idempotencyKey: 'k' });
    await expect(buy(warehouse, 'CP-1', 3, KIM)).rejects.toMatchObject(reached({ remaining: 0 }));
    expect(await buy(warehouse, 'CP-1', 3, { ...KIM, idempotencyKey: 'k' })).toEqual({
      ...sold,
      replayed: true,
    });
    await expect(buy(warehouse, 'CP-1', 3, { ...KIM, idempotencyKey: 'k2' })).rejects.toMatchObject(
      reached({ remaining: 0 }),
    );
    await other.close();
  });

  it('is held by the table when two processes sell to the same customers optimistically at once', async () => {
    await limited('CP-1');
    const other = await warehouse.join();
    for (const shop of [warehouse, other]) await buy(shop, 'CP-1', 1, KIM);
    const emails = Array.from({ length: 40 }, (_, index) => `c${index}@example.com`);
    const outcomes: unknown[] = [];
    for (let round = 0; round < 4; round += 1) {
      const asked = emails.flatMap((customerEmail) =>
        [warehouse, other].map((shop) =>
          buy(shop, 'CP-1', 1, { customerEmail }).catch((error: unknown) => error),
        ),
      );
      outcomes.push(...(await Promise.all(asked)));
    }
    const errors = outcomes.filter((outcome) => outcome instanceof Error);
    expect(new Set(errors.map((error) => (error as InventoryError).code))).toEqual(
      new Set(['SALE.LIMIT_REACHED']),
    );
    const sold = confirmed(outcomes.filter((outcome) => !(outcome instanceof Error)) as SaleOutcome[]);
    const units = Map.groupBy(sold, ({ customerEmail }) => customerEmail);
    expect([...units.values()].map((sales) => sales.length)).toEqual(emails.map(() => 3));
    await other.close();
  }, 60_000);

  it.each([
    ['a limit', { maxPerCustomer: 1 }],
    ['a window', { customerWindowSeconds: 60 }],
  ])('is not broken by a batch that does not know of %s: the row refuses it', async (_, rules) => {
    await warehouse.stockProduct('CP-1', 100);
    await buy(warehouse, 'CP-1', 1, KIM);
    const fallbacks = fallbacksOf(warehouse);
    await warehouse.dataSource.manager.update(Product, { sku: 'CP-1' }, rules);
    await buy(warehouse, 'CP-1', 1, KIM);
    expect(fallbacks).toEqual(['constraint_violation']);
  });
});
