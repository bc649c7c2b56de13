import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import { SettableClock } from '../testing/settable-clock.js';
import { TEST_DATABASES } from '../testing/test-database.js';
import { Warehouse } from '../testing/warehouse.js';
import { StockMovement, type StockMovementReason } from '../stock/stock-movement.entity.js';
import { soldPerDay } from './demand-history.js';
import { RestockAttemptService } from './restock-attempt.service.js';
import { RestockSuggestionService } from './restock-suggestion.service.js';

const DAY_MS = 24 * 3_600_000;

describe.each(TEST_DATABASES)('the suggestion for a product, on %s', (kind) => {
  let warehouse: Warehouse;
  let clock: SettableClock;

  beforeEach(async () => {
    clock = new SettableClock();
    warehouse = await Warehouse.open(kind, 10, clock);
  });

  afterEach(() => warehouse.close());

  /** A movement so many days ago. */
  async function move(sku: string, daysAgo: number, delta: number, reason: StockMovementReason = 'SALE') {
    await warehouse.dataSource.manager.insert(StockMovement, {
      ...{ id: uuidv7(), sku, delta, reason, reference: 'test', balanceAfter: 1_000 },
      createdAt: new Date(clock.localNow().getTime() - daysAgo * DAY_MS),
    });
  }

  const soldOf = (sku: string, maxMovements?: number) =>
    soldPerDay(warehouse.dataSource.manager, sku, clock.localNow(), maxMovements);
  const suggested = async (sku: string) => {
    const { figures } = await warehouse.get(RestockSuggestionService).of(sku);
    return Object.fromEntries(figures.map(({ name, value }) => [name, value]));
  };

  it('knows the units of each day since the first movement, and of 28 days at most', async () => {
    expect(await soldOf('DAYS')).toEqual([]);
    await move('DAYS', 3.5, 100, 'GOODS_RECEIPT');
    await move('OTHER', 0.5, -50);
    for (const [daysAgo, units] of [
      [2.9, 1],
      [1.5, 2],
      [1.1, 3],
      [0.5, 4],
    ] as const) {
      await move('DAYS', daysAgo, -units);
    }
    await move('DAYS', 0.4, -9, 'ADJUSTMENT');
    await move('DAYS', 0.3, -10, 'BACKORDER_FILL');
    expect(await soldOf('DAYS')).toEqual([1, 5, 14]);
    await move('DAYS', 60, -7);
    expect(await soldOf('DAYS')).toEqual([...Array<number>(25).fill(0), 1, 5, 14]);
  });

  it('reads the newest movements alone where there are many', async () => {
    for (let hour = 0; hour < 96; hour += 12) await move('MANY', (hour + 6) / 24, -1);
    expect(await soldOf('MANY')).toEqual([2, 2, 2]);
    expect(await soldOf('MANY', 5)).toEqual([2, 2]);
    // In half a day plus a quarter: the rate of a day is a little less than twice the units that are read.
    expect((await soldOf('MANY', 1))[0]).toBeCloseTo(2 / 0.75, 5);
  });

  it('counts refused units, the open order and the promise of the factory, and changes nothing', async () => {
    const order = await warehouse.openRestockOrder('ADVISED', 100, { reorderPoint: 20, targetLevel: 100 });
    await warehouse.get(RestockAttemptService).recordOrdered(order.id);
    await move('ADVISED', 4, 10, 'GOODS_RECEIPT');
    for (const daysAgo of [0.5, 1.5, 2.5, 3.5]) await move('ADVISED', daysAgo, -10);
    await warehouse.dataSource.query(
      `UPDATE stock_level SET refused_demand = 40, on_hand = 30, reserved = 5 WHERE sku = 'ADVISED'`,
    );
    const before = await warehouse.level('ADVISED');
    const figures = await suggested('ADVISED');
    // The order was opened just now: the refused units are those of the last day.
    expect(figures).toMatchObject({
      ...{ position: 30 + order.quantity - 5, demandPerDay: 20, demandDeviation: 20, setReorderPoint: 20 },
      leadTimeMean: expect.closeTo(10 / 86_400, 3),
    });
    expect(await warehouse.level('ADVISED')).toEqual(before);
    clock.advance(61_000);
    // Overdue for longer than any known order took: nobody knows when it comes.
    expect((await suggested('ADVISED')).position).toBe(25);
  });

  it('is refused for a product that is not there', async () => {
    await expect(warehouse.get(RestockSuggestionService).of('NONE')).rejects.toMatchObject({
      code: 'SKU.UNKNOWN',
    });
  });
});
