import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../../../runtime/src/testing/eventually.js';
import { buy, confirmed, fallbacksOf } from '../testing/buyers.js';
import { MysqlProxy } from '../testing/mysql-proxy.js';
import { TEST_DATABASES } from '../testing/test-database.js';
import { Warehouse } from '../testing/warehouse.js';
import { Sale } from './sale.entity.js';

describe.each(TEST_DATABASES)('batches in flight on %s', (kind) => {
  let warehouse: Warehouse;

  beforeEach(async () => {
    warehouse = await Warehouse.open(kind);
    await warehouse.stockProduct('CP-1', 100);
  });

  afterEach(async () => {
    jest.restoreAllMocks();
    expect(await warehouse.differences()).toEqual([]);
    await warehouse.close();
  });

  it('sell each unit once, and refuse the others', async () => {
    const outcomes: ReturnType<typeof buy>[] = [];
    for (let turn = 0; turn < 40; turn += 1) {
      for (let buyer = 0; buyer < 5; buyer += 1) outcomes.push(buy(warehouse, 'CP-1'));
      await sleep(1);
    }
    const kinds = (await Promise.all(outcomes)).map((outcome) => outcome.kind);
    expect(kinds.filter((outcome) => outcome === 'CONFIRMED')).toHaveLength(100);
    expect(kinds.filter((outcome) => outcome === 'REFUSED')).toHaveLength(100);
  });

  // The embedded database takes one transaction at a time.
  if (kind !== 'mysql') return;

  describe('two at a time', () => {
    let fallbacks: string[];
    let seller: Warehouse;
    let proxy: MysqlProxy;

    beforeEach(async () => {
      jest.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);
      proxy = await MysqlProxy.open(warehouse.database.url);
      seller = await warehouse.join(10, proxy.url);
      // Puts the SKU into the stock cache.
      await buy(seller, 'CP-1');
      fallbacks = fallbacksOf(seller);
    });

    afterEach(async () => {
      await seller.close();
      await proxy.close();
    });

    /** Holds the stock row, so that every batch waits at it, until `release` is called. */
    async function holdRow(...statements: string[]) {
      const runner = warehouse.dataSource.createQueryRunner();
      await runner.startTransaction();
      await runner.query(`SELECT * FROM stock_level FOR UPDATE`);
      for (const statement of statements) await runner.query(statement);
      return {
        release: async () => {
          await runner.commitTransaction();
          await runner.release();
        },
      };
    }

    /** Resolves when so many transactions wait at the row. */
    const waiting = (count: number) =>
      eventually(async () => {
        const [{ waits }] = await warehouse.dataSource.query<[{ waits: string }]>(
          `SELECT COUNT(DISTINCT REQUESTING_ENGINE_TRANSACTION_ID) AS waits FROM performance_schema.data_lock_waits
          JOIN performance_schema.data_locks waiting
            ON waiting.ENGINE_LOCK_ID = REQUESTING_ENGINE_LOCK_ID AND waiting.OBJECT_SCHEMA = DATABASE()`,
        );
        expect(Number(waits)).toBe(count);
      });

    /** A batch of its own, since the one before is in flight. */
    async function send(batch: number, ...orders: Parameters<typeof buy>[2][]) {
      const outcomes = orders.map((quantity) => buy(seller, 'CP-1', quantity));
      await waiting(batch);
      return outcomes;
    }

    it('wait at the row together, and are both committed', async () => {
      const row = await holdRow();
      const first = await send(1, 1, 2);
      const second = await send(2, 3, 4);
      await row.release();
      expect(confirmed(await Promise.all([...first, ...second]))).toHaveLength(4);
      expect(fallbacks).toEqual([]);
      expect(await warehouse.level('CP-1')).toMatchObject({ onHand: 89 });
    });

    it('are both decided under locks when the row refuses them', async () => {
      const row = await holdRow(`UPDATE product SET price_krw = 2000`);
      const first = await send(1, 1);
      const second = await send(2, 1);
      await row.release();
      const sold = confirmed(await Promise.all([...first, ...second]));
      expect(sold.map(({ totalKrw }) => totalKrw)).toEqual([2_000, 2_000]);
      expect(fallbacks).toEqual(['constraint_violation', 'constraint_violation']);
    });

    it('count what the first takes before the second is planned: the last unit is sold once', async () => {
      await buy(seller, 'CP-1', 96);
      const row = await holdRow();
      const first = await send(1, 2);
      const outcomes = [...first, buy(seller, 'CP-1'), buy(seller, 'CP-1')];
      await waiting(2);
      await row.release();
      expect(await Promise.all(outcomes)).toMatchObject([
        { kind: 'CONFIRMED' },
        { kind: 'CONFIRMED' },
        { kind: 'REFUSED', shortages: [{ sku: 'CP-1', availableQuantity: 0 }] },
      ]);
      expect(fallbacks).toEqual(['stock_unknown']);
    });

    it('never hold one key both: a repeat waits for the first', async () => {
      const row = await holdRow();
      const key = { idempotencyKey: 'key' };
      const first = buy(seller, 'CP-1', 1, key);
      await waiting(1);
      const repeat = buy(seller, 'CP-1', 1, key);
      const other = buy(seller, 'CP-1', 1);
      await waiting(2);
      await row.release();
      const outcomes = await Promise.all([first, repeat, other]);
      expect(outcomes).toMatchObject([{ replayed: false }, { replayed: true }, { replayed: false }]);
      expect(new Set(confirmed(outcomes).map(({ id }) => id)).size).toBe(2);
      expect(fallbacks).toEqual([]);
      expect(await warehouse.dataSource.manager.count(Sale)).toBe(3);
    });

    it('make each sale once when the connection of the first breaks, and its outcome is unknown', async () => {
      const row = await holdRow();
      const first = await send(1, 1, 2);
      proxy.loseNextAnswer();
      const second = await send(2, 3, 4);
      await row.release();
      const sold = confirmed(await Promise.all([...first, ...second]));
      expect(sold).toHaveLength(4);
      expect(fallbacks).toContain('interrupted');
      expect(await warehouse.dataSource.manager.count(Sale)).toBe(5);
      expect(await warehouse.level('CP-1')).toMatchObject({ onHand: 89 });
    });

    it('are both committed before the service shuts down', async () => {
      const row = await holdRow();
      const outcomes = [...(await send(1, 1, 1)), ...(await send(2, 1, 1))];
      let isClosed = false;
      const closed = seller.close().then(() => (isClosed = true));
      await sleep(100);
      expect(isClosed).toBe(false);
      await row.release();
      expect(confirmed(await Promise.all(outcomes))).toHaveLength(4);
      await closed;
      seller = await warehouse.join();
    });
  });
});
