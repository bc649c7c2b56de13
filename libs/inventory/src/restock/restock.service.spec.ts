import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Database } from '../database/database.js';
import { Factory } from '../product/factory.entity.js';
import { ReceivingService } from '../receiving/receiving.service.js';
import { SaleService } from '../sale/sale.service.js';
import { StockLevel } from '../stock/stock-level.entity.js';
import { TEST_DATABASES } from '../testing/test-database.js';
import { Warehouse } from '../testing/warehouse.js';
import { RestockOrder, type RestockOrderStatus } from './restock-order.entity.js';
import { RestockAttemptService } from './restock-attempt.service.js';
import { RestockProgressService } from './restock-progress.service.js';
import { restockEstimate, RestockService } from './restock.service.js';

describe.each(TEST_DATABASES)('restock orders on %s', (kind) => {
  let warehouse: Warehouse;
  let restock: RestockService;
  let progress: RestockProgressService;
  let attempts: RestockAttemptService;

  beforeAll(async () => {
    warehouse = await Warehouse.open(kind);
    restock = warehouse.get(RestockService);
    progress = warehouse.get(RestockProgressService);
    attempts = warehouse.get(RestockAttemptService);
  });

  afterEach(async () => expect(await warehouse.differences()).toEqual([]));
  afterAll(() => warehouse.close());

  const ordersOf = (sku: string) => warehouse.dataSource.manager.findBy(RestockOrder, { sku });

  describe('on review', () => {
    it.each([
      { onHand: 21, opened: 0, stock: 'above the reorder point' },
      { onHand: 20, opened: 1, stock: 'at the reorder point' },
      { onHand: 0, opened: 1, stock: 'at nothing' },
    ])('opens $opened for stock $stock', async ({ onHand, opened }) => {
      const sku = `REVIEW-${onHand}`;
      await warehouse.stockProduct(sku, onHand, { reorderPoint: 20, targetLevel: 95 });
      await restock.review(sku);
      const orders = await ordersOf(sku);
      expect(orders).toHaveLength(opened);
      expect(await warehouse.level(sku)).toMatchObject({ onOrder: orders[0]?.quantity ?? 0 });
    });

    it('adds the demand that was refused since the last order, and forgets it', async () => {
      await warehouse.stockProduct('DEMAND', 20, { reorderPoint: 20, targetLevel: 100 });
      await warehouse.dataSource.manager.update(StockLevel, { sku: 'DEMAND' }, { refusedDemand: 35 });
      await restock.review('DEMAND');
      // 100 wanted and 35 refused, 20 there: 115 missing, 12 lots.
      expect(await ordersOf('DEMAND')).toMatchObject([{ quantity: 120, status: 'REQUESTED' }]);
      expect(await warehouse.level('DEMAND')).toMatchObject({ refusedDemand: 0, onOrder: 120 });
    });

    it('opens one order and sends one message when ten ask at once', async () => {
      await warehouse.stockProduct('TEN', 0);
      await Promise.all(Array.from({ length: 10 }, () => restock.review('TEN')));
      const [order, ...others] = await ordersOf('TEN');
      expect(others).toEqual([]);
      const messages = await warehouse.outbox('restock');
      expect(messages.filter(({ restockOrderId }) => restockOrderId === order!.id)).toHaveLength(1);
    });

    it('refuses an unknown SKU', async () => {
      await expect(restock.review('NO-SUCH')).rejects.toMatchObject({ code: 'SKU.UNKNOWN' });
    });
  });

  it('open after a refusal, however far the stock is from the reorder point', async () => {
    await warehouse.stockProduct('REFUSED', 50, { reorderPoint: 20, targetLevel: 100 });
    await warehouse.get(SaleService).place({ lines: [{ sku: 'REFUSED', quantity: 60 }] });
    // 100 wanted and 60 refused, 50 there.
    expect(await ordersOf('REFUSED')).toMatchObject([{ quantity: 110, status: 'REQUESTED' }]);
  });

  describe('as a list', () => {
    const newestFirst: string[] = [];

    beforeAll(async () => {
      const order = await warehouse.openRestockOrder('LISTED', 10);
      newestFirst.unshift(order.id);
      for (let orders = 1; orders < 5; orders += 1) {
        await progress.cancel(newestFirst[0]!, 'kim', 'enough');
        await restock.review('LISTED');
        const { id } = await warehouse.dataSource.manager.findOneByOrFail(RestockOrder, {
          openSku: 'LISTED',
        });
        newestFirst.unshift(id);
      }
      await warehouse.openRestockOrder('UNLISTED', 10);
    });

    it('are read page by page, newest first, each once', async () => {
      const pages: string[][] = [];
      let cursor: string | null | undefined;
      while (cursor !== null) {
        const page = await restock.list({ sku: 'LISTED', limit: 2, cursor });
        pages.push(page.items.map(({ id }) => id));
        cursor = page.nextCursor;
      }
      expect(pages.map(({ length }) => length)).toEqual([2, 2, 1]);
      expect(pages.flat()).toEqual(newestFirst);
    });

    it('end without a cursor when the last page is full', async () => {
      const page = await restock.list({ sku: 'LISTED', limit: 5 });
      expect(page).toMatchObject({ items: { length: 5 }, nextCursor: null });
    });

    it('are filtered by SKU and by status', async () => {
      const list = async (query: { sku?: string; status?: RestockOrderStatus }) =>
        (await restock.list({ ...query, limit: 100 })).items;
      const cancelled = await list({ sku: 'LISTED', status: 'CANCELLED' });
      expect(cancelled.map(({ id }) => id)).toEqual(newestFirst.slice(1));
      const requested = await list({ status: 'REQUESTED' });
      expect(requested.map(({ sku }) => sku)).toEqual(expect.arrayContaining(['LISTED', 'UNLISTED']));
      expect(requested.every(({ status }) => status === 'REQUESTED')).toBe(true);
      expect(await list({ sku: 'NO-SUCH' })).toEqual([]);
    });
  });

  it('show all their steps as a timeline', async () => {
    const order = await warehouse.openRestockOrder('LIFE', 10);
    await attempts.claim(order.id, 1_000);
    await attempts.recordFault(order.id, 'FACTORY.TIMEOUT: no answer within 5 s');
    await attempts.recordOrdered(order.id);
    const receive = (quantity: number, deliveryFingerprint: string) =>
      warehouse.get(ReceivingService).receive({
        restockOrderId: order.id,
        sku: order.sku,
        factoryId: order.factoryId,
        quantity,
        deliveryFingerprint,
      });
    await receive(4, 'one');
    await receive(6, 'two');
    const life = await restock.get(order.id);
    expect(life.order).toMatchObject({ sku: 'LIFE', status: 'RECEIVED', receivedQuantity: 10 });
    expect(life.timeline.map(({ kind, detail }) => [kind, detail])).toEqual([
      ['REQUESTED', '10 units asked of FF-1'],
      ['ATTEMPT_FAILED', 'FACTORY.TIMEOUT: no answer within 5 s'],
      ['ORDERED', 'accepted by the factory'],
      ['GOODS_EARLY', expect.stringMatching(/^4 units came \d s after the order, where 10 s are usual$/)],
      ['GOODS_RECEIVED', '4 units arrived, 4 of 10'],
      ['GOODS_RECEIVED', '6 units arrived, 10 of 10'],
      ['RECEIVED', 'complete'],
    ]);
  });

  it('are not found under an unknown id', async () => {
    await expect(restock.get('no-such-order')).rejects.toMatchObject({ code: 'RESTOCK_ORDER.UNKNOWN' });
  });

  it('are estimated by the lead time of the factory, and not at all once a person must act', async () => {
    const { id, requestedAt } = await warehouse.openRestockOrder('ESTIMATE', 10);
    const database = warehouse.get(Database);
    const estimate = async () => {
      const order = await warehouse.restockOrder(id);
      const factory = await warehouse.dataSource.manager.findOneByOrFail(Factory, { id: order.factoryId });
      return restockEstimate(order, factory, new Date());
    };
    const afterLeadTime = (from: Date) => new Date(from.getTime() + 10_000);
    expect(await estimate()).toEqual({
      id,
      status: 'REQUESTED',
      quantity: 10,
      estimatedAt: afterLeadTime(requestedAt),
      estimatedFrom: expect.any(Date),
      estimatedTo: expect.any(Date),
    });
    await database.write((manager) => progress.markDeadLettered(manager, id, 'FACTORY.DOWN', new Date()));
    expect(await estimate()).toMatchObject({
      ...{ status: 'DEAD_LETTERED', estimatedAt: null, estimatedFrom: null, estimatedTo: null },
    });
    await database.write((manager) => progress.markRedriven(manager, id, 'kim', new Date()));
    await attempts.recordOrdered(id);
    const { orderedAt } = await warehouse.restockOrder(id);
    expect(await estimate()).toMatchObject({
      status: 'ORDERED',
      estimatedAt: afterLeadTime(orderedAt!),
    });
    await warehouse.dataSource.manager.update(RestockOrder, id, { expectedAt: new Date(0) });
    expect(await estimate()).toMatchObject({ status: 'ORDERED', estimatedAt: null });
    await warehouse.dataSource.manager.update(RestockOrder, id, { deadlineAt: new Date(0) });
    await progress.markOverdue();
    expect(await estimate()).toMatchObject({ status: 'OVERDUE', estimatedAt: null });
  });

  it('are sent to the queue again when their request was lost, once, also by two workers', async () => {
    const { id } = await warehouse.openRestockOrder('FORGOTTEN', 10);
    const messages = async () =>
      (await warehouse.outbox('restock')).filter(({ restockOrderId }) => restockOrderId === id);
    await restock.resendLostRequests();
    expect(await messages()).toHaveLength(1);
    await warehouse.dataSource.manager.update(RestockOrder, id, { deadlineAt: new Date(0) });
    const resent = await Promise.all([restock.resendLostRequests(), restock.resendLostRequests()]);
    expect(resent.reduce((sum, count) => sum + count)).toBe(1);
    expect(await messages()).toHaveLength(2);
    const { timeline } = await restock.get(id);
    expect(timeline.map(({ kind }) => kind)).toEqual(['REQUESTED', 'REQUESTED']);
  });
});
