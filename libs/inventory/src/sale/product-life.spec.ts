import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { AdjustmentService } from '../adjustment/adjustment.service.js';
import { type ProductStatus } from '../product/product.entity.js';
import { Product } from '../product/product.entity.js';
import { ReceivingService } from '../receiving/receiving.service.js';
import { RestockOrder } from '../restock/restock-order.entity.js';
import { RestockService } from '../restock/restock.service.js';
import { buy, fallbacksOf } from '../testing/buyers.js';
import { TEST_DATABASES } from '../testing/test-database.js';
import { Warehouse } from '../testing/warehouse.js';

describe.each(TEST_DATABASES)("a product's life on %s", (kind) => {
  let warehouse: Warehouse;

  beforeAll(async () => {
    warehouse = await Warehouse.open(kind);
  });

  afterEach(async () => {
    jest.restoreAllMocks();
    expect(await warehouse.differences()).toEqual([]);
  });
  afterAll(() => warehouse.close());

  const orders = (sku: string) => warehouse.dataSource.manager.countBy(RestockOrder, { sku });
  const become = (sku: string, status: ProductStatus) =>
    warehouse.dataSource.manager.update(Product, { sku }, { status });
  const discontinued = (sku: string) => ({ code: 'PRODUCT.DISCONTINUED', facts: { sku } });

  it('is that of an active product unless somebody says otherwise', async () => {
    await warehouse.stockProduct('DEFAULT', 1);
    expect(await warehouse.dataSource.manager.findOneBy(Product, { sku: 'DEFAULT' })).toMatchObject({
      status: 'ACTIVE',
      maxRefusedDemand: null,
    });
  });

  it('ends with the last unit where it is not ordered again, and the advertising manager is told', async () => {
    await warehouse.stockProduct('LAST', 5, { reorderPoint: 3, status: 'NOT_REORDERED' });
    for (let unit = 0; unit < 5; unit += 1) {
      expect(await buy(warehouse, 'LAST')).toMatchObject({ kind: 'CONFIRMED' });
    }
    expect(await buy(warehouse, 'LAST', 2)).toEqual({
      kind: 'REFUSED',
      shortages: [{ sku: 'LAST', requestedQuantity: 2, availableQuantity: 0, restockOrder: null }],
    });
    expect(await orders('LAST')).toBe(0);
    expect(await warehouse.level('LAST')).toMatchObject({ onHand: 0, refusedDemand: 0 });
    const mails = (await warehouse.outbox('notifications')).filter(
      ({ facts }) => (facts as { sku: string }).sku === 'LAST',
    );
    expect(mails).toMatchObject([
      { kind: 'STOCK_RAN_OUT', audience: 'AD_MANAGER', facts: { restockOrderId: null } },
    ]);
  });

  it('names the order that was opened before, whose goods still come', async () => {
    const order = await warehouse.openRestockOrder('ORDERED', 10);
    await become('ORDERED', 'NOT_REORDERED');
    expect(await buy(warehouse, 'ORDERED')).toMatchObject({
      kind: 'REFUSED',
      shortages: [{ restockOrder: { id: order.id, quantity: 10 } }],
    });
  });

  it('sells nothing that is discontinued, however much is there, and keeps its stock', async () => {
    await warehouse.stockProduct('OVER', 50);
    await buy(warehouse, 'OVER');
    await become('OVER', 'DISCONTINUED');
    await expect(buy(warehouse, 'OVER')).rejects.toMatchObject(discontinued('OVER'));
    await expect(buy(warehouse, 'OVER', 1_000)).rejects.toMatchObject(discontinued('OVER'));
    expect(await warehouse.level('OVER')).toMatchObject({ onHand: 49, refusedDemand: 0 });
  });

  it('answers the repeat of a sale that was made before', async () => {
    await warehouse.stockProduct('REPEATED', 50);
    const sold = await buy(warehouse, 'REPEATED', 1, { idempotencyKey: 'life' });
    await become('REPEATED', 'DISCONTINUED');
    expect(await buy(warehouse, 'REPEATED', 1, { idempotencyKey: 'life' })).toEqual({
      ...sold,
      replayed: true,
    });
  });

  it.each(['NOT_REORDERED', 'DISCONTINUED'] as const)(
    'opens no order for %s: by a recall, a review, a sale, a refusal, or goods that complete an order',
    async (status) => {
      const sku = `NO-ORDER-${status}`;
      const order = await warehouse.openRestockOrder(sku, 20);
      await warehouse.dataSource.manager.update(
        Product,
        { sku },
        { status, reorderPoint: 19, targetLevel: 100 },
      );
      await warehouse.get(ReceivingService).receive({
        ...{ restockOrderId: order.id, sku, factoryId: order.factoryId, quantity: 20 },
        deliveryFingerprint: 'all',
      });
      await buy(warehouse, sku).catch(() => undefined);
      await warehouse.get(AdjustmentService).adjust(sku, -10, 'recalled');
      await warehouse.get(RestockService).review(sku);
      await buy(warehouse, sku, 90).catch(() => undefined);
      expect(await orders(sku)).toBe(1);
      expect(await warehouse.level(sku)).toMatchObject({ onOrder: 0, refusedDemand: 0 });
    },
  );

  it('is ordered again once it is active again, without the demand of the time between', async () => {
    await warehouse.stockProduct('AGAIN', 0, { status: 'NOT_REORDERED', targetLevel: 100 });
    await buy(warehouse, 'AGAIN', 500);
    await become('AGAIN', 'ACTIVE');
    await warehouse.get(RestockService).review('AGAIN');
    const order = await warehouse.dataSource.manager.findOneByOrFail(RestockOrder, { sku: 'AGAIN' });
    expect(order).toMatchObject({ quantity: 100 });
  });

  it('sizes its order by no more refused demand than its cap', async () => {
    await warehouse.stockProduct('CAPPED', 10, { targetLevel: 100, maxRefusedDemand: 40, lotSize: 1 });
    await buy(warehouse, 'CAPPED', 130);
    const order = await warehouse.dataSource.manager.findOneByOrFail(RestockOrder, { sku: 'CAPPED' });
    expect(order).toMatchObject({ quantity: 130 });
    await expect(buy(warehouse, 'CAPPED', 141)).rejects.toMatchObject({
      code: 'SALE.QUANTITY_EXCEEDED',
      facts: { maxPerSale: 140 },
    });
  });

  if (kind !== 'mysql') return;

  it('sells down to the last unit optimistically where it is not ordered again', async () => {
    await warehouse.stockProduct('DOWN', 20, { reorderPoint: 15, status: 'NOT_REORDERED' });
    await buy(warehouse, 'DOWN');
    const fallbacks = fallbacksOf(warehouse);
    await buy(warehouse, 'DOWN', 18);
    expect(fallbacks).toEqual([]);
    await buy(warehouse, 'DOWN', 1);
    expect(fallbacks).toEqual(['stock_unknown']);
  });

  it('ends in a process that does not know of it yet: the row refuses the optimistic batch', async () => {
    await warehouse.stockProduct('ELSEWHERE', 50);
    await buy(warehouse, 'ELSEWHERE');
    const fallbacks = fallbacksOf(warehouse);
    await become('ELSEWHERE', 'DISCONTINUED');
    await expect(buy(warehouse, 'ELSEWHERE')).rejects.toMatchObject(discontinued('ELSEWHERE'));
    expect(fallbacks).toEqual(['constraint_violation']);
  });
});
