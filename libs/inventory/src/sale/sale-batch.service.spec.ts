import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Registry } from 'prom-client';
import { Database } from '../database/database.js';
import { RestockOrder } from '../restock/restock-order.entity.js';
import { StockMovement } from '../stock/stock-movement.entity.js';
import { buy, confirmed, fallbacksOf } from '../testing/buyers.js';
import { MysqlProxy } from '../testing/mysql-proxy.js';
import { TEST_DATABASES } from '../testing/test-database.js';
import { Warehouse } from '../testing/warehouse.js';
import { SaleBatchService } from './sale-batch.service.js';
import { SaleLine } from './sale-line.entity.js';
import { Sale } from './sale.entity.js';
import { SaleMetrics } from './sale-metrics.js';
import { SaleService } from './sale.service.js';

describe.each(TEST_DATABASES)('batches of sales on %s', (kind) => {
  let warehouse: Warehouse;

  beforeEach(async () => {
    warehouse = await Warehouse.open(kind);
    await warehouse.stockProduct('CP-1', 100);
    // The first sale of a SKU is always looked at.
    await buy(warehouse, 'CP-1');
  });

  afterEach(async () => {
    jest.restoreAllMocks();
    expect(await warehouse.differences()).toEqual([]);
    await warehouse.close();
  });

  it('are one transaction each, with one movement a SKU that all of their sales name', async () => {
    await warehouse.stockProduct('CP-2', 100);
    const sales = warehouse.get(SaleService);
    await buy(warehouse, 'CP-2');
    const outcomes = await Promise.all([
      buy(warehouse, 'CP-1', 2),
      buy(warehouse, 'CP-1', 3),
      sales.place({
        lines: [
          { sku: 'CP-2', quantity: 1 },
          { sku: 'CP-1', quantity: 4 },
        ],
      }),
    ]);
    const ids = confirmed(outcomes).map(({ id }) => id);
    expect(ids).toHaveLength(3);
    const { manager } = warehouse.dataSource;
    const stored = await manager.findBy(
      Sale,
      ids.map((id) => ({ id })),
    );
    expect(new Set(stored.map(({ postingId }) => postingId)).size).toBe(1);
    const movements = await manager.find(StockMovement, {
      where: { reference: stored[0]!.postingId! },
      order: { sku: 'ASC' },
    });
    expect(movements).toMatchObject([
      { sku: 'CP-1', delta: -9, balanceAfter: 90, reason: 'SALE' },
      { sku: 'CP-2', delta: -1, balanceAfter: 98, reason: 'SALE' },
    ]);
  });

  it('skip abandoned requests, and serve their duplicates', async () => {
    const outcomes = await Promise.all([
      buy(warehouse, 'CP-1', 1, { isAbandoned: () => true }),
      buy(warehouse, 'CP-1', 1, { idempotencyKey: 'key', isAbandoned: () => true }),
      buy(warehouse, 'CP-1', 1, { idempotencyKey: 'key', isAbandoned: () => false }),
    ]);
    expect(outcomes.map(({ kind }) => kind)).toEqual(['ABANDONED', 'ABANDONED', 'CONFIRMED']);
    expect(await warehouse.level('CP-1')).toMatchObject({ onHand: 98 });
  });

  it('decide each sale by itself: sold, refused, unknown, too much, repeated', async () => {
    await warehouse.stockProduct('CP-2', 1, { maxPerSale: 5 });
    await buy(warehouse, 'CP-1', 1, { idempotencyKey: 'used' });
    const settled = await Promise.allSettled([
      buy(warehouse, 'CP-1', 1, { idempotencyKey: 'fresh' }),
      buy(warehouse, 'CP-2', 2),
      buy(warehouse, 'NO-SUCH'),
      buy(warehouse, 'CP-2', 6),
      buy(warehouse, 'CP-1', 1, { idempotencyKey: 'used' }),
      buy(warehouse, 'CP-1', 2, { idempotencyKey: 'used' }),
      buy(warehouse, 'CP-2', 1),
    ]);
    expect(
      settled.map((result) =>
        result.status === 'fulfilled' ? result.value : (result.reason as { code: string }).code,
      ),
    ).toMatchObject([
      { kind: 'CONFIRMED', replayed: false },
      { kind: 'REFUSED' },
      'SKU.UNKNOWN',
      'SALE.QUANTITY_EXCEEDED',
      { kind: 'CONFIRMED', replayed: true },
      'SALE.KEY_REUSED',
      { kind: 'CONFIRMED', replayed: false },
    ]);
  });

  it('are finished when the service shuts down, the waiting ones included', async () => {
    const other = await warehouse.join();
    const outcomes = Array.from({ length: 50 }, () => buy(other, 'CP-1'));
    await nextTurn();
    outcomes.push(...Array.from({ length: 20 }, () => buy(other, 'CP-1')));
    await other.close();
    const sold = confirmed(await Promise.all(outcomes));
    expect(sold).toHaveLength(70);
    expect(await warehouse.dataSource.manager.count(Sale)).toBe(71);
  });

  it('appear in the metrics', async () => {
    const registry = new Registry();
    const metrics = new SaleMetrics(registry);
    metrics.watchWaiting(() => 7);
    metrics.observe({ waitsMs: [1, 3], commitMs: 20 });
    metrics.fallBack('duplicate_key');
    const text = await registry.metrics();
    expect(text).toContain('donut_states_sale_batch_size_sum 2');
    expect(text).toContain('donut_states_sale_wait_seconds_sum 0.004');
    expect(text).toContain('donut_states_sale_commit_seconds_sum 0.02');
    expect(text).toContain('donut_states_sale_waiting 7');
    expect(text).toContain('donut_states_sale_fallbacks_total{reason="duplicate_key"} 1');
  });

  describe('with another process on the same warehouse', () => {
    let other: Warehouse;

    beforeEach(async () => {
      other = await warehouse.join();
      await buy(other, 'CP-1');
    });

    afterEach(() => other.close());

    it('replay its sale under the same key, and refuse another request under it', async () => {
      const [first] = confirmed([await buy(other, 'CP-1', 2, { idempotencyKey: 'key' })]);
      const again = await buy(warehouse, 'CP-1', 2, { idempotencyKey: 'key' });
      expect(again).toEqual({ kind: 'CONFIRMED', replayed: true, sale: first });
      await buy(other, 'CP-1', 2, { idempotencyKey: 'key 2' });
      const reused = buy(warehouse, 'CP-1', 3, { idempotencyKey: 'key 2' });
      await expect(reused).rejects.toMatchObject({ code: 'SALE.KEY_REUSED' });
    });

    it('make one sale of a key that both are asked for at the same time', async () => {
      for (let round = 0; round < 10; round += 1) {
        const request = { idempotencyKey: `key ${round}` };
        const sold = confirmed(
          await Promise.all([buy(warehouse, 'CP-1', 1, request), buy(other, 'CP-1', 1, request)]),
        );
        expect(new Set(sold.map(({ id }) => id)).size).toBe(1);
      }
      expect(await warehouse.level('CP-1')).toMatchObject({ onHand: 88 });
    });

    it('sell at the price that it has set meanwhile, and within its limit', async () => {
      await other.dataSource.query(
        `UPDATE product SET price_krw = 2000, max_per_sale = 3 WHERE sku = 'CP-1'`,
      );
      expect(await buy(warehouse, 'CP-1', 3)).toMatchObject({ sale: { totalKrw: 6_000 } });
      await expect(buy(warehouse, 'CP-1', 4)).rejects.toMatchObject({ code: 'SALE.QUANTITY_EXCEEDED' });
    });

    it('sell no unit that it has sold, and refuse sold-out units', async () => {
      const bought = await Promise.all(
        Array.from({ length: 40 }, (_, index) => buy(index % 2 ? warehouse : other, 'CP-1', 3)),
      );
      // 98 units are there: 32 sales of 3.
      expect(confirmed(bought)).toHaveLength(32);
      expect(await warehouse.level('CP-1')).toMatchObject({ onHand: 2 });
    });

    it('open the restock order that its sales have made due', async () => {
      await warehouse.dataSource.query(`UPDATE product SET reorder_point = 50 WHERE sku = 'CP-1'`);
      await buy(other, 'CP-1', 40);
      expect(await warehouse.dataSource.manager.count(RestockOrder)).toBe(0);
      await buy(warehouse, 'CP-1', 8);
      expect(await warehouse.dataSource.manager.count(RestockOrder)).toBe(1);
    });
  });

  if (kind !== 'mysql') return;

  describe('whose connection breaks', () => {
    let proxy: MysqlProxy;
    let remote: Warehouse;

    beforeEach(async () => {
      jest.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);
      proxy = await MysqlProxy.open(warehouse.database.url);
      remote = await warehouse.join(10, proxy.url);
      await buy(remote, 'CP-1');
      await buy(remote, 'CP-1');
    });

    afterEach(async () => {
      await remote.close();
      await proxy.close();
    });

    it('during COMMIT are found by their ids: confirmed once, and made once', async () => {
      const fallbacks = fallbacksOf(remote);
      proxy.loseNextAnswer();
      const outcomes = await Promise.all([
        buy(remote, 'CP-1', 1, { idempotencyKey: 'key' }),
        buy(remote, 'CP-1', 2),
      ]);
      expect(fallbacks).toEqual(['interrupted']);
      expect(outcomes).toMatchObject([
        { kind: 'CONFIRMED', replayed: false },
        { kind: 'CONFIRMED', replayed: false },
      ]);
      const { manager } = warehouse.dataSource;
      for (const { id } of confirmed(outcomes))
        expect(await manager.countBy(SaleLine, { saleId: id })).toBe(1);
      expect(await warehouse.level('CP-1')).toMatchObject({ onHand: 94 });
    });

    it('before anything was done are made by the next attempt', async () => {
      const scripts = remote.get(Database).multiStatement!;
      jest
        .spyOn(scripts, 'run')
        .mockRejectedValueOnce(Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }));
      expect(await buy(remote, 'CP-1', 1)).toMatchObject({ kind: 'CONFIRMED', replayed: false });
      expect(await warehouse.level('CP-1')).toMatchObject({ onHand: 96 });
    });

    it('for longer than anybody waits are unavailable, and the next are served', async () => {
      await proxy.close();
      const outcome = buy(remote, 'CP-1', 1, { idempotencyKey: 'key' });
      await expect(outcome).rejects.toMatchObject({ code: 'DATABASE.UNAVAILABLE' });
      await proxy.listen();
      expect(await buy(remote, 'CP-1', 1, { idempotencyKey: 'key' })).toMatchObject({ kind: 'CONFIRMED' });
      expect(await warehouse.level('CP-1')).toMatchObject({ onHand: 96 });
    });
  });

  it('fail with the error of the undecidable sale, after a few attempts', async () => {
    const failing = Object.assign(new Error('duplicate'), { code: 'ER_DUP_ENTRY' });
    const batches = warehouse.get(SaleBatchService) as unknown as {
      locking: { commit: () => Promise<never> };
    };
    jest.spyOn(warehouse.get(Database).multiStatement!, 'run').mockRejectedValue(failing);
    const locking = jest.spyOn(batches.locking, 'commit').mockRejectedValue(failing);
    await expect(buy(warehouse, 'CP-1')).rejects.toBe(failing);
    expect(locking.mock.calls.length).toBe(5);
  });
});
