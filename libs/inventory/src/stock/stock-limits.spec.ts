import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { AdjustmentService } from '../adjustment/adjustment.service.js';
import { ReceivingService } from '../receiving/receiving.service.js';
import { LedgerService } from '../reconcile/ledger.service.js';
import { RestockOrder } from '../restock/restock-order.entity.js';
import { RestockService } from '../restock/restock.service.js';
import { SaleService } from '../sale/sale.service.js';
import { TEST_DATABASES } from '../testing/test-database.js';
import { Warehouse } from '../testing/warehouse.js';
import { StockLevel } from './stock-level.entity.js';
import { MAX_UNITS } from './stock-limits.js';

/** MySQL refuses a number that its column cannot hold, and SQLite keeps it: neither may come to that. */
describe.each(TEST_DATABASES)('the most units that a column holds on %s', (kind) => {
  let warehouse: Warehouse;
  let adjustments: AdjustmentService;

  beforeAll(async () => {
    warehouse = await Warehouse.open(kind);
    adjustments = warehouse.get(AdjustmentService);
  });

  afterEach(async () => expect(await warehouse.differences()).toEqual([]));
  afterAll(() => warehouse.close());

  const place = (sku: string, quantity: number) =>
    warehouse.get(SaleService).place({ lines: [{ sku, quantity }] });

  it('can be adjusted to, and not past (the bug: a 500 on MySQL)', async () => {
    await warehouse.stockProduct('FULL', MAX_UNITS - 10);
    await expect(adjustments.adjust('FULL', 11, 'found')).rejects.toMatchObject({
      code: 'STOCK.LIMIT_EXCEEDED',
      facts: { sku: 'FULL', onHand: MAX_UNITS - 10, limit: MAX_UNITS },
    });
    expect(await adjustments.adjust('FULL', 10, 'found')).toMatchObject({ onHand: MAX_UNITS });
    await expect(adjustments.adjust('FULL', 1_000_000, 'found')).rejects.toMatchObject({
      code: 'STOCK.LIMIT_EXCEEDED',
    });
    expect(await adjustments.adjust('FULL', -1, 'broken')).toMatchObject({ onHand: MAX_UNITS - 1 });
  });

  it('refuses one of two adjustments that would pass it together', async () => {
    await warehouse.stockProduct('RACE', MAX_UNITS - 10);
    const outcomes = await Promise.allSettled([1, 2].map(() => adjustments.adjust('RACE', 6, 'found')));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(outcomes.find(({ status }) => status === 'rejected')).toMatchObject({
      reason: { code: 'STOCK.LIMIT_EXCEEDED' },
    });
    expect(await warehouse.level('RACE')).toMatchObject({ onHand: MAX_UNITS - 4 });
  });

  it('keeps goods that would pass it for a person, and takes them once there is room', async () => {
    const order = await warehouse.openRestockOrder('GOODS', 10);
    await adjustments.adjust('GOODS', MAX_UNITS - 5, 'count');
    const { id, sku, factoryId, quantity } = order;
    const deliver = () =>
      warehouse
        .get(ReceivingService)
        .receive({ restockOrderId: id, sku, factoryId, quantity, deliveryFingerprint: 'goods' });
    expect(await deliver()).toMatchObject({ kind: 'REFUSED', code: 'RECEIPT.STOCK_LIMIT' });
    expect(await warehouse.restockOrder(id)).toMatchObject({ status: 'REQUESTED', receivedQuantity: 0 });
    expect(await warehouse.level(sku)).toMatchObject({ onHand: MAX_UNITS - 5, onOrder: 10 });
    await adjustments.adjust('GOODS', -5, 'count');
    expect(await deliver()).toEqual({ kind: 'APPLIED' });
    expect(await warehouse.level(sku)).toMatchObject({ onHand: MAX_UNITS, onOrder: 0 });
  });

  it('bounds the refused demand: a buyer is refused, and the demand stays at the limit', async () => {
    // Beyond the bounds of the API: as a row that was written otherwise.
    await warehouse.stockProduct('DEMAND', 0, { targetLevel: MAX_UNITS });
    await warehouse.get(RestockService).review('DEMAND');
    await warehouse.dataSource.manager.update(
      StockLevel,
      { sku: 'DEMAND' },
      { refusedDemand: MAX_UNITS - 1 },
    );
    expect(await place('DEMAND', 10)).toMatchObject({ kind: 'REFUSED' });
    expect(await warehouse.level('DEMAND')).toMatchObject({ refusedDemand: MAX_UNITS });
  });

  it('limits the units on order for any rules and demand', async () => {
    const rules = { reorderPoint: MAX_UNITS, targetLevel: MAX_UNITS, lotSize: MAX_UNITS };
    await warehouse.stockProduct('ORDER', MAX_UNITS - 10, rules);
    await warehouse.dataSource.manager.update(StockLevel, { sku: 'ORDER' }, { refusedDemand: MAX_UNITS });
    await warehouse.get(RestockService).review('ORDER');
    const [order] = await warehouse.dataSource.manager.findBy(RestockOrder, { sku: 'ORDER' });
    const { onHand, onOrder } = await warehouse.level('ORDER');
    expect(onOrder).toBe(order!.quantity);
    expect(onHand + onOrder).toBeLessThanOrEqual(MAX_UNITS);
  });

  it('does not bound the sums of the ledger', async () => {
    await warehouse.stockProduct('SUMS', MAX_UNITS, { maxPerSale: MAX_UNITS, targetLevel: MAX_UNITS });
    await place('SUMS', MAX_UNITS);
    await adjustments.adjust('SUMS', MAX_UNITS, 'count');
    await place('SUMS', MAX_UNITS);
    expect(await warehouse.get(LedgerService).of('SUMS')).toMatchObject({
      level: { onHand: 0 },
      totals: [
        { reason: 'ADJUSTMENT', units: 2 * MAX_UNITS },
        { reason: 'SALE', units: -2 * MAX_UNITS },
      ],
      sold: { sales: 2, units: 2 * MAX_UNITS },
    });
  });
});
