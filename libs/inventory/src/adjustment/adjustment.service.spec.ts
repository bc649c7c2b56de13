import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { RestockOrder } from '../restock/restock-order.entity.js';
import { StockMovement } from '../stock/stock-movement.entity.js';
import { TEST_DATABASES } from '../testing/test-database.js';
import { Warehouse } from '../testing/warehouse.js';
import { AdjustmentService } from './adjustment.service.js';

describe.each(TEST_DATABASES)('adjusting stock on %s', (kind) => {
  let warehouse: Warehouse;
  let adjustments: AdjustmentService;

  beforeAll(async () => {
    warehouse = await Warehouse.open(kind);
    adjustments = warehouse.get(AdjustmentService);
  });

  afterEach(async () => expect(await warehouse.differences()).toEqual([]));
  afterAll(() => warehouse.close());

  const ledger = (sku: string) =>
    warehouse.dataSource.manager.find(StockMovement, { where: { sku }, order: { id: 'ASC' } });

  it('adds and removes units, and writes the note into the ledger', async () => {
    await warehouse.stockProduct('COUNT', 10);
    expect(await adjustments.adjust('COUNT', 5, 'found behind the oven')).toMatchObject({ onHand: 15 });
    expect(await adjustments.adjust('COUNT', -3, '도넛 3개 파손')).toMatchObject({ onHand: 12 });
    expect(await warehouse.level('COUNT')).toMatchObject({ onHand: 12 });
    expect((await ledger('COUNT')).slice(1)).toMatchObject([
      { delta: 5, reason: 'ADJUSTMENT', reference: 'found behind the oven', balanceAfter: 15 },
      { delta: -3, reason: 'ADJUSTMENT', reference: '도넛 3개 파손', balanceAfter: 12 },
    ]);
  });

  it('names the operator in the ledger, and nobody where no person asked', async () => {
    await warehouse.stockProduct('WHOSE', 10);
    await adjustments.adjust('WHOSE', 5, 'found', 'kim');
    await adjustments.adjust('WHOSE', 5, 'found');
    expect((await ledger('WHOSE')).slice(1)).toMatchObject([{ operator: 'kim' }, { operator: null }]);
  });

  it('takes the last unit, and refuses one more', async () => {
    await warehouse.stockProduct('LAST', 2);
    expect(await adjustments.adjust('LAST', -2, 'broken')).toMatchObject({ onHand: 0 });
    await expect(adjustments.adjust('LAST', -1, 'broken')).rejects.toMatchObject({
      code: 'STOCK.NEGATIVE',
      facts: { sku: 'LAST', onHand: 0 },
    });
    expect(await ledger('LAST')).toHaveLength(2);
  });

  it('accepts simultaneous removals up to the units on hand', async () => {
    await warehouse.stockProduct('RACE', 10);
    const outcomes = await Promise.allSettled(
      Array.from({ length: 5 }, () => adjustments.adjust('RACE', -4, 'broken')),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(2);
    expect(await warehouse.level('RACE')).toMatchObject({ onHand: 2 });
  });

  it('loses no unit of adjustments that are made at once', async () => {
    await warehouse.stockProduct('SUM', 0);
    await Promise.all(
      Array.from({ length: 12 }, (_, index) => adjustments.adjust('SUM', index + 1, 'count')),
    );
    expect(await warehouse.level('SUM')).toMatchObject({ onHand: 78 });
  });

  it('opens one restock order when it takes stock down to the reorder point', async () => {
    await warehouse.stockProduct('REORDER', 22, { reorderPoint: 20, targetLevel: 95 });
    const open = () => warehouse.dataSource.manager.findBy(RestockOrder, { sku: 'REORDER' });
    await adjustments.adjust('REORDER', -1, 'broken');
    expect(await open()).toEqual([]);
    // 95 wanted, 20 there: 75 missing, 8 lots.
    expect(await adjustments.adjust('REORDER', -1, 'broken')).toMatchObject({ onOrder: 80 });
    await adjustments.adjust('REORDER', -1, 'broken');
    expect(await open()).toMatchObject([{ quantity: 80, status: 'REQUESTED' }]);
  });

  it('refuses an unknown SKU', async () => {
    await expect(adjustments.adjust('NO-SUCH', 1, 'found')).rejects.toMatchObject({ code: 'SKU.UNKNOWN' });
  });
});
