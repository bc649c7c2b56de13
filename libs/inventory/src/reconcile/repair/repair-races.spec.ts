import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { AuditService } from '../../audit/audit.service.js';
import { ReceivingService } from '../../receiving/receiving.service.js';
import { RestockProgressService } from '../../restock/restock-progress.service.js';
import { RestockOrder } from '../../restock/restock-order.entity.js';
import { SaleService } from '../../sale/sale.service.js';
import { MAX_UNITS } from '../../stock/stock-limits.js';
import { StockMovement } from '../../stock/stock-movement.entity.js';
import { TEST_DATABASES } from '../../testing/test-database.js';
import { trade } from '../../testing/trade.js';
import { Warehouse } from '../../testing/warehouse.js';
import { RULE } from '../invariants.js';
import { RepairService } from './repair.service.js';

/** Counts no SKU a second time, as where that takes long; and each, as where it does not. */
const RECOUNT_LIMITS_MS = [0, 60_000];

const LONG_AGO = '2026-01-01 00:00:00.000';

describe.each(TEST_DATABASES)('a repair on %s', (kind) => {
  let warehouse: Warehouse;
  let repairs: RepairService;

  beforeAll(async () => {
    warehouse = await Warehouse.open(kind);
    repairs = warehouse.get(RepairService);
  });

  afterAll(() => warehouse.close());

  const query = (sql: string): Promise<any[]> => warehouse.dataSource.query(sql);
  const corrections = async (sku: string) =>
    (await warehouse.dataSource.manager.findBy(StockMovement, { sku, operator: 'kim' })).map(
      ({ delta }) => delta,
    );
  const decisions = async () =>
    (await repairs.plan()).differences.map(({ invariant, decision }) => [invariant, decision ?? 'repaired']);

  it.each(RECOUNT_LIMITS_MS)(
    'loses no sale that is made meanwhile (counted again below %d ms)',
    async (limitMs) => {
      const skus = [1, 2, 3, 4].map((number) => `BUSY-${limitMs}-${number}`);
      for (const sku of skus) await warehouse.stockProduct(sku, 5_000);
      const other = await warehouse.join();
      let refused = 0;
      const sell = async (process: Warehouse, times: number) => {
        for (let count = 0; count < times; count += 1) {
          const lines = skus.slice(count % 3).map((sku) => ({ sku, quantity: 1 + (count % 2) }));
          const { kind: outcome } = await process.get(SaleService).place({ lines });
          if (outcome !== 'CONFIRMED') refused += 1;
        }
      };
      await sell(other, 5);
      await query(`UPDATE stock_level SET on_hand = on_hand + 50 WHERE sku = '${skus[0]}'`);
      await query(`UPDATE stock_level SET on_hand = on_hand - 70 WHERE sku = '${skus[1]}'`);
      const [movement] = await query(
        `SELECT id FROM stock_movement WHERE sku = '${skus[2]}' AND reason = 'SALE' LIMIT 1`,
      );
      await query(`DELETE FROM stock_movement WHERE id = '${movement.id}'`);
      const [line] = await query(`SELECT sale_id FROM sale_line WHERE sku = '${skus[3]}' LIMIT 1`);
      await query(
        `UPDATE sale_line SET quantity = quantity + 9 WHERE sale_id = '${line.sale_id}' AND sku = '${skus[3]}'`,
      );

      const selling = Promise.all([sell(other, 60), sell(warehouse, 60)]);
      const outcomes = await Promise.all([repairs.apply('kim', limitMs), repairs.apply('lee', limitMs)]);
      await selling;
      const repaired = outcomes.flatMap((outcome) => outcome.repaired.map(({ sku }) => sku));
      expect(repaired.sort()).toEqual(skus);
      expect(refused).toBe(0);
      expect(await warehouse.differences()).toEqual([]);
      const [{ units }] = await query(
        `SELECT SUM(quantity) AS units FROM sale_line WHERE sku = '${skus[0]}'`,
      );
      expect(await warehouse.level(skus[0]!)).toMatchObject({ onHand: 5_000 - Number(units) });
      const [{ lowered }] = await query(
        `SELECT SUM(quantity) AS lowered FROM sale_line WHERE sku = '${skus[1]}'`,
      );
      expect(await warehouse.level(skus[1]!)).toMatchObject({ onHand: 4_930 - Number(lowered) });
      await other.close();
    },
  );

  it.each(RECOUNT_LIMITS_MS)(
    'is made once when several are asked for (counted again below %d ms)',
    async (limitMs) => {
      const sku = `ONCE-${limitMs}`;
      await warehouse.stockProduct(sku, 10);
      await query(`UPDATE stock_level SET on_hand = 7 WHERE sku = '${sku}'`);
      const outcomes = await Promise.all([1, 2, 3].map(() => repairs.apply('kim', limitMs)));
      expect(outcomes.flatMap(({ repaired }) => repaired)).toHaveLength(1);
      expect(await corrections(sku)).toEqual([-3]);
    },
  );

  it.each(RECOUNT_LIMITS_MS)(
    'goes by what is there when it has the lock (counted again below %d ms)',
    async (limitMs) => {
      const { sku, order } = await trade(warehouse, `BETWEEN-${limitMs}`);
      await query(`UPDATE stock_level SET on_hand = 9 WHERE sku = '${sku}'`);
      const prepare = repairs.prepare.bind(repairs);
      const spy = jest.spyOn(repairs, 'prepare').mockImplementation(async (of) => {
        const prepared = await prepare(of);
        await warehouse.get(SaleService).place({ lines: [{ sku, quantity: 8 }] });
        const { id: restockOrderId, factoryId } = order;
        const delivery = { restockOrderId, sku, factoryId, quantity: 1, deliveryFingerprint: 'between' };
        await warehouse.get(ReceivingService).receive(delivery);
        return prepared;
      });
      await repairs.apply('kim', limitMs).finally(() => spy.mockRestore());
      // By the facts 10 units were sold of 7: the level, which was 5 too high, had let it happen.
      const made = await warehouse.dataSource.manager.find(StockMovement, {
        where: { sku, operator: 'kim' },
        order: { id: 'ASC' },
      });
      expect(made.map(({ delta, balanceAfter }) => [delta, balanceAfter])).toEqual([
        [5, 2],
        [-2, 0],
      ]);
      expect(await warehouse.level(sku)).toMatchObject({ onHand: 0, onOrder: 3 });
      expect(await warehouse.differences()).toEqual([]);
    },
  );

  it('does nothing where the books were mended by hand since the plan', async () => {
    await warehouse.stockProduct('BY-HAND', 10);
    await query(`UPDATE stock_level SET on_hand = 7 WHERE sku = 'BY-HAND'`);
    expect((await repairs.plan()).repairs).toHaveLength(1);
    await query(`UPDATE stock_level SET on_hand = 10 WHERE sku = 'BY-HAND'`);
    expect(await repairs.apply('kim')).toEqual({ repaired: [], remaining: [] });
    expect(await corrections('BY-HAND')).toEqual([]);
  });

  it('does not take an earlier damage for the cause of a later one', async () => {
    await warehouse.stockProduct('TWICE', 10);
    const sell = async (quantity: number) => {
      const outcome = await warehouse.get(SaleService).place({ lines: [{ sku: 'TWICE', quantity }] });
      return outcome.kind === 'CONFIRMED' ? outcome.sale.id : '';
    };
    const [first, second] = [await sell(1), await sell(3)];
    await query(`DELETE FROM stock_movement WHERE reference = '${first}'`);
    await repairs.apply('kim');
    await query(`DELETE FROM stock_movement WHERE reference = '${second}'`);
    const { differences } = await repairs.plan();
    expect(differences.map(({ cause }) => cause)).toEqual(
      [1, 2].map(() => `The movement of posting ${second} (3 units) was deleted.`),
    );
    await repairs.apply('kim');
    expect(await corrections('TWICE')).toEqual([-1, -3]);
    expect(await warehouse.differences()).toEqual([]);
  });

  it('opens a restock order when it takes the stock down to the reorder point', async () => {
    await warehouse.stockProduct('LOW', 10, { reorderPoint: 8, targetLevel: 20 });
    const outcome = await warehouse.get(SaleService).place({ lines: [{ sku: 'LOW', quantity: 1 }] });
    const id = outcome.kind === 'CONFIRMED' ? outcome.sale.id : '';
    await query(`UPDATE sale_line SET quantity = 5 WHERE sale_id = '${id}'`);
    await repairs.apply('kim');
    const order = await warehouse.dataSource.manager.findOneByOrFail(RestockOrder, { openSku: 'LOW' });
    expect(await warehouse.level('LOW')).toMatchObject({ onHand: 5, onOrder: order.quantity });
    expect(await warehouse.differences()).toEqual([]);
  });

  it('leaves two open orders to a person, and mends the rest when one of them is cancelled', async () => {
    const { sku, order } = await trade(warehouse, 'RIVALS');
    await query(`INSERT INTO restock_order (id, sku, factory_id, quantity, status, open_sku, requested_at)
      VALUES ('rival', '${sku}', 'FF-1', 30, 'REQUESTED', 'another name', '${LONG_AGO}')`);
    expect(await decisions()).toEqual([
      [RULE.oneOpenOrder, expect.stringMatching(/Cancel the one that is not to be made/)],
    ]);
    const { remaining } = await repairs.apply('kim');
    expect(remaining).toMatchObject([{ invariant: RULE.oneOpenOrder, subject: sku, repairedWith: null }]);
    expect(await warehouse.level(sku)).toMatchObject({ onHand: 4, onOrder: 34 });
    expect((await repairs.apply('kim')).repaired).toEqual([]);
    await warehouse.get(RestockProgressService).cancel(order.id, 'kim', 'the other one is made');
    await repairs.apply('kim');
    expect(await warehouse.restockOrder('rival')).toMatchObject({ openSku: sku });
    expect(await warehouse.level(sku)).toMatchObject({ onHand: 4, onOrder: 30 });
    expect(await warehouse.differences()).toEqual([]);
    const { items } = await warehouse.get(AuditService).list({ subjectId: 'rival', limit: 10 });
    expect(items).toMatchObject([
      { actor: 'kim', oldValues: { openSku: 'another name' }, newValues: { openSku: sku } },
    ]);
  });

  it('opens no order beside two that both lost their place', async () => {
    const { sku, order } = await trade(warehouse, 'UNPLACED');
    await query(`UPDATE restock_order SET open_sku = 'elsewhere' WHERE id = '${order.id}'`);
    await query(`INSERT INTO restock_order (id, sku, factory_id, quantity, status, open_sku, requested_at)
      VALUES ('unplaced', '${sku}', 'FF-1', 30, 'REQUESTED', 'nowhere at all', '${LONG_AGO}')`);
    await query(`UPDATE stock_level SET on_hand = 0 WHERE sku = '${sku}'`);
    await repairs.apply('kim');
    expect(await warehouse.dataSource.manager.countBy(RestockOrder, { sku })).toBe(2);
    expect(await warehouse.level(sku)).toMatchObject({ onHand: 0, onOrder: 34 });
    for (const id of [order.id, 'unplaced'])
      await warehouse.get(RestockProgressService).cancel(id, 'kim', 'not made');
  });

  it('mends two orders that stand in the place of each other, one after the other', async () => {
    const [one, two] = [await trade(warehouse, 'PLACE-1'), await trade(warehouse, 'PLACE-2')];
    const place = (id: string, sku: string) =>
      query(`UPDATE restock_order SET open_sku = '${sku}' WHERE id = '${id}'`);
    await place(one.order.id, 'nowhere');
    await place(two.order.id, one.sku);
    await query(`UPDATE stock_level SET on_order = 9 WHERE sku = '${one.sku}'`);
    expect(await decisions()).toEqual([
      [RULE.onOrder, expect.stringMatching(/^Order \S+ of PLACE-2 stands in its place/)],
      [RULE.onOrder, 'repaired'],
    ]);
    await repairs.apply('kim');
    await repairs.apply('kim');
    expect(await warehouse.restockOrder(one.order.id)).toMatchObject({ openSku: one.sku });
    expect(await warehouse.restockOrder(two.order.id)).toMatchObject({ openSku: two.sku });
    expect(await warehouse.differences()).toEqual([]);
  });

  it('tells a person when no movement holds the units', async () => {
    await warehouse.stockProduct('HUGE', 10);
    for (const quantity of [1, 2]) {
      await warehouse.get(SaleService).place({ lines: [{ sku: 'HUGE', quantity }] });
    }
    await query(`UPDATE sale_line SET quantity = ${MAX_UNITS} WHERE sku = 'HUGE'`);
    expect(await decisions()).toEqual([[RULE.sold, 'No movement holds so many units.']]);
    const { repaired, remaining } = await repairs.apply('kim');
    expect(repaired).toEqual([]);
    expect(remaining).toMatchObject([{ subject: 'HUGE', expected: String(2 * MAX_UNITS), actual: '3' }]);
    await query(`UPDATE sale_line SET quantity = 1 WHERE sku = 'HUGE'`);
    await repairs.apply('kim');
  });

  it('ends at nothing on hand where the stock is below zero, and leaves what is only late', async () => {
    await warehouse.stockProduct('BELOW', 10);
    await query(
      kind === 'mysql'
        ? 'ALTER TABLE stock_level DROP CHECK ck_stock_level_on_hand'
        : 'PRAGMA ignore_check_constraints = ON',
    );
    await query(`UPDATE stock_level SET on_hand = -3 WHERE sku = 'BELOW'`);
    await query(`INSERT INTO outbox_message (id, queue, payload, created_at)
      VALUES ('stuck', 'probe', '{}', '${LONG_AGO}')`);
    expect(await decisions()).toEqual([
      [RULE.notNegative, 'repaired'],
      [RULE.outbox, expect.stringMatching(/Nothing is damaged/)],
      [RULE.onHand, 'repaired'],
    ]);
    await repairs.apply('kim');
    expect(await corrections('BELOW')).toEqual([-13, 3]);
    expect(await warehouse.level('BELOW')).toMatchObject({ onHand: 0 });
    expect((await warehouse.differences()).map(({ invariant }) => invariant)).toEqual([RULE.outbox]);
  });
});
