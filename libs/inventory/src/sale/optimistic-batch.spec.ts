import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { RestockOrder } from '../restock/restock-order.entity.js';
import { buy, confirmed, fallbacksOf } from '../testing/buyers.js';
import { TEST_DATABASES } from '../testing/test-database.js';
import { Warehouse } from '../testing/warehouse.js';
import { Sale } from './sale.entity.js';

describe.each(TEST_DATABASES)('optimistic batches on %s', (kind) => {
  let warehouse: Warehouse;

  beforeEach(async () => {
    warehouse = await Warehouse.open(kind);
    await warehouse.stockProduct('CP-1', 100);
    // Puts the SKU into the stock cache.
    await buy(warehouse, 'CP-1');
  });

  afterEach(async () => {
    jest.restoreAllMocks();
    expect(await warehouse.differences()).toEqual([]);
    await warehouse.close();
  });

  it('are for MySQL, and for SKUs in the stock cache', async () => {
    const fallbacks = fallbacksOf(warehouse);
    for (let index = 0; index < 5; index += 1) await buy(warehouse, 'CP-1', 2);
    expect(fallbacks).toEqual(kind === 'mysql' ? [] : Array(5).fill('stock_unknown'));
    expect(await warehouse.level('CP-1')).toMatchObject({ onHand: 89 });
  });

  if (kind !== 'mysql') return;

  it('confirm one sale for concurrent requests with the same key', async () => {
    const fallbacks = fallbacksOf(warehouse);
    const outcomes = await Promise.all(
      Array.from({ length: 10 }, () => buy(warehouse, 'CP-1', 1, { idempotencyKey: 'key' })),
    );
    expect(new Set(confirmed(outcomes).map(({ id }) => id)).size).toBe(1);
    expect(confirmed(outcomes)).toHaveLength(10);
    expect(fallbacks).toEqual([]);
  });

  it.each([
    ['a price', `UPDATE product SET price_krw = 2000`],
    ['a limit', `UPDATE product SET max_per_sale = 3`],
    ['a reorder point', `UPDATE product SET reorder_point = 99`],
  ])('are refused by the row after a change of %s', async (_, change) => {
    await warehouse.dataSource.query(change);
    const fallbacks = fallbacksOf(warehouse);
    await buy(warehouse, 'CP-1');
    expect(fallbacks).toEqual(['constraint_violation']);
  });

  it('are refused by the row after another process kept units for a waiting sale', async () => {
    await warehouse.reserve('CP-1', 98);
    const fallbacks = fallbacksOf(warehouse);
    await buy(warehouse, 'CP-1');
    expect(fallbacks).toEqual(['constraint_violation']);
  });

  it('leave the last unit, and the units at the reorder point, to batches under locks', async () => {
    const fallbacks = fallbacksOf(warehouse);
    await warehouse.stockProduct('CP-2', 21, { reorderPoint: 10 });
    for (let index = 0; index < 9; index += 1) await buy(warehouse, 'CP-2');
    expect(fallbacks).toEqual(['stock_unknown']);
    await buy(warehouse, 'CP-2', 2);
    expect(fallbacks).toEqual(['stock_unknown', 'stock_unknown']);
    expect(await warehouse.dataSource.manager.count(RestockOrder)).toBe(1);
    // A restock order is open: only the last unit needs a batch under locks.
    await buy(warehouse, 'CP-2', 9);
    expect(fallbacks).toHaveLength(2);
    await buy(warehouse, 'CP-2', 1);
    expect(fallbacks).toHaveLength(3);
    expect(await warehouse.outbox('notifications')).toHaveLength(2);
  });

  it('look up every key for some batches after another process used one of them', async () => {
    const other = await warehouse.join();
    await buy(other, 'CP-1');
    const fallbacks = fallbacksOf(warehouse);
    for (let index = 0; index < 6; index += 1) {
      await buy(other, 'CP-1', 1, { idempotencyKey: `key ${index}` });
      expect(await buy(warehouse, 'CP-1', 1, { idempotencyKey: `key ${index}` })).toMatchObject({
        replayed: true,
      });
    }
    // One failure and one batch with look-ups, then one failure and three of them.
    expect(fallbacks).toEqual(['duplicate_key', 'duplicate_key']);
    await other.close();
  });

  it('fail only the sale that no row can hold', async () => {
    const poisoned = { customerEmail: 'x'.repeat(300) };
    const settled = await Promise.allSettled([
      ...Array.from({ length: 10 }, () => buy(warehouse, 'CP-1')),
      buy(warehouse, 'CP-1', 1, poisoned),
      ...Array.from({ length: 10 }, () => buy(warehouse, 'CP-1')),
    ]);
    expect(settled.flatMap(({ status }, index) => (status === 'rejected' ? index : []))).toEqual([10]);
    expect(await warehouse.level('CP-1')).toMatchObject({ onHand: 79 });
  });

  it("store a client's text unchanged, whatever it contains", async () => {
    const idempotencyKey = `'); DROP TABLE sale; -- \\' "\``;
    const customerEmail = `o'brien\\@example.com`;
    const [sale] = confirmed([await buy(warehouse, 'CP-1', 1, { idempotencyKey, customerEmail })]);
    const stored = await warehouse.dataSource.manager.findOneByOrFail(Sale, { id: sale!.id });
    expect(stored).toMatchObject({ idempotencyKey, customerEmail });
  });
});
