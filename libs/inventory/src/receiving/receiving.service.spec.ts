import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { In } from 'typeorm';
import { Database } from '../database/database.js';
import { RestockOrder } from '../restock/restock-order.entity.js';
import { RestockAttemptService } from '../restock/restock-attempt.service.js';
import { RestockProgressService } from '../restock/restock-progress.service.js';
import { SaleService } from '../sale/sale.service.js';
import { StockMovement } from '../stock/stock-movement.entity.js';
import { TEST_DATABASES } from '../testing/test-database.js';
import { Warehouse } from '../testing/warehouse.js';
import { GoodsReceipt } from './goods-receipt.entity.js';
import { ReceivingService, type Delivery, type ReceiptOutcome } from './receiving.service.js';

describe.each(TEST_DATABASES)('receiving goods on %s', (kind) => {
  let warehouse: Warehouse;
  let receiving: ReceivingService;
  let progress: RestockProgressService;
  let attempts: RestockAttemptService;
  let sales: SaleService;

  beforeAll(async () => {
    warehouse = await Warehouse.open(kind);
    receiving = warehouse.get(ReceivingService);
    progress = warehouse.get(RestockProgressService);
    attempts = warehouse.get(RestockAttemptService);
    sales = warehouse.get(SaleService);
  });

  afterEach(async () => expect(await warehouse.differences()).toEqual([]));
  afterAll(() => warehouse.close());

  const deliver = (order: RestockOrder, quantity: number, rest: Partial<Delivery> = {}) =>
    receiving.receive({
      restockOrderId: order.id,
      sku: order.sku,
      factoryId: order.factoryId,
      quantity,
      deliveryFingerprint: 'only delivery',
      ...rest,
    });

  const ledger = (sku: string) =>
    warehouse.dataSource.manager.find(StockMovement, { where: { sku }, order: { id: 'ASC' } });

  const mails = async (sku: string, mail: string) =>
    (await warehouse.outbox('notifications')).filter(
      ({ kind, facts }) => kind === mail && (facts as { sku?: string }).sku === sku,
    );

  const count = (outcomes: ReceiptOutcome[], wanted: string) =>
    outcomes.filter(({ kind }) => kind === wanted).length;

  const deadLetter = (order: RestockOrder) =>
    warehouse
      .get(Database)
      .write((manager) => progress.markDeadLettered(manager, order.id, 'FACTORY.DOWN', new Date()));

  it('puts the goods into stock, writes the ledger, closes the order and sends a mail to the ad manager', async () => {
    const order = await warehouse.openRestockOrder('WHOLE', 10);
    await attempts.recordOrdered(order.id);
    expect(await deliver(order, 10)).toEqual({ kind: 'APPLIED', rangeKept: 'p50' });
    expect(await warehouse.level('WHOLE')).toMatchObject({ onHand: 10, onOrder: 0 });
    const receipt = await warehouse.dataSource.manager.findOneByOrFail(GoodsReceipt, {
      restockOrderId: order.id,
    });
    expect(await ledger('WHOLE')).toMatchObject([
      { delta: 10, reason: 'GOODS_RECEIPT', reference: receipt.id, balanceAfter: 10 },
    ]);
    expect(await warehouse.restockOrder(order.id)).toMatchObject({
      status: 'RECEIVED',
      receivedQuantity: 10,
      openSku: null,
      closedAt: expect.any(Date),
    });
    expect(await mails('WHOLE', 'GOODS_RECEIVED')).toMatchObject([
      { audience: 'AD_MANAGER', to: 'ads@donut-states.example', facts: { quantity: 10, onHand: 10 } },
    ]);
  });

  describe('the same delivery twice (the bug: a repeated webhook doubled the stock)', () => {
    it('changes the stock once when it comes again later, before and after the order is complete', async () => {
      const order = await warehouse.openRestockOrder('LATER', 10);
      expect(await deliver(order, 4)).toEqual({ kind: 'APPLIED' });
      expect(await deliver(order, 4)).toEqual({ kind: 'DUPLICATE' });
      const rest = { deliveryFingerprint: 'the rest' };
      expect(await deliver(order, 6, rest)).toEqual({ kind: 'APPLIED', rangeKept: 'p50' });
      expect(await deliver(order, 6, rest)).toEqual({ kind: 'DUPLICATE' });
      expect(await deliver(order, 4)).toEqual({ kind: 'DUPLICATE' });
      expect((await ledger('LATER')).map(({ delta }) => delta)).toEqual([4, 6]);
      expect(await mails('LATER', 'GOODS_RECEIVED')).toHaveLength(1);
    });

    it('changes the stock once when it comes ten times at once', async () => {
      const order = await warehouse.openRestockOrder('AT-ONCE', 100);
      const outcomes = await Promise.all(Array.from({ length: 10 }, () => deliver(order, 10)));
      expect(count(outcomes, 'APPLIED')).toBe(1);
      expect(count(outcomes, 'DUPLICATE')).toBe(9);
      expect(await warehouse.level('AT-ONCE')).toMatchObject({ onHand: 10, onOrder: 90 });
    });
  });

  it('completes an order by its parts', async () => {
    const order = await warehouse.openRestockOrder('PARTS', 10);
    await attempts.recordOrdered(order.id);
    await deliver(order, 3, { deliveryFingerprint: 'one' });
    await deliver(order, 3, { deliveryFingerprint: 'two' });
    expect(await warehouse.restockOrder(order.id)).toMatchObject({ status: 'ORDERED', receivedQuantity: 6 });
    expect(await warehouse.level('PARTS')).toMatchObject({ onHand: 6, onOrder: 4 });
    expect(await mails('PARTS', 'GOODS_RECEIVED')).toEqual([]);
    await deliver(order, 4, { deliveryFingerprint: 'three' });
    expect(await warehouse.restockOrder(order.id)).toMatchObject({ status: 'RECEIVED' });
    expect(await mails('PARTS', 'GOODS_RECEIVED')).toHaveLength(1);
  });

  it('takes goods that come after the deadline, and keeps the order overdue until all are there', async () => {
    const order = await warehouse.openRestockOrder('LATE', 10);
    await attempts.recordOrdered(order.id);
    await warehouse.dataSource.manager.update(RestockOrder, order.id, { deadlineAt: new Date(0) });
    await progress.markOverdue();
    expect(await deliver(order, 4)).toEqual({ kind: 'APPLIED' });
    expect(await warehouse.restockOrder(order.id)).toMatchObject({ status: 'OVERDUE' });
    expect(await deliver(order, 6, { deliveryFingerprint: 'rest' })).toEqual({
      kind: 'APPLIED',
      rangeKept: 'p50',
    });
    expect(await warehouse.restockOrder(order.id)).toMatchObject({ status: 'RECEIVED' });
  });

  describe.each(['REQUESTED', 'DEAD_LETTERED'])(
    "before the factory's answer, when the order is %s",
    (status) => {
      const open = async (sku: string) => {
        const order = await warehouse.openRestockOrder(sku, 10);
        if (status === 'DEAD_LETTERED') await deadLetter(order);
        expect(await warehouse.restockOrder(order.id)).toMatchObject({ status });
        return order;
      };

      it('takes all goods', async () => {
        const order = await open(`ALL-${status}`);
        expect(await deliver(order, 10)).toEqual({ kind: 'APPLIED' });
        expect(await warehouse.restockOrder(order.id)).toMatchObject({ status: 'RECEIVED' });
      });

      it('takes a part, which proves that the factory has the order, and watches for the rest', async () => {
        const order = await open(`PART-${status}`);
        expect(await deliver(order, 1)).toEqual({ kind: 'APPLIED' });
        expect(await warehouse.restockOrder(order.id)).toMatchObject({
          status: 'ORDERED',
          lastError: null,
          orderedAt: expect.any(Date),
          deadlineAt: expect.any(Date),
        });
      });
    },
  );

  describe('refuses, and changes nothing,', () => {
    let order: RestockOrder;

    beforeAll(async () => {
      order = await warehouse.openRestockOrder('REFUSING', 10);
      await warehouse.stockProduct('OTHER', 5);
      await deliver(order, 4, { deliveryFingerprint: 'believed' });
    });

    afterEach(async () => {
      expect(await warehouse.level('REFUSING')).toMatchObject({ onHand: 4, onOrder: 6 });
      expect(await warehouse.level('OTHER')).toMatchObject({ onHand: 5 });
      expect(await warehouse.restockOrder(order.id)).toMatchObject({ receivedQuantity: 4 });
    });

    it.each<[string, Partial<Delivery>, string]>([
      ['an unknown order', { restockOrderId: 'no-such-order' }, 'RECEIPT.UNKNOWN_ORDER'],
      ['another SKU than was ordered', { sku: 'OTHER' }, 'RECEIPT.MISMATCH'],
      ['another factory than was asked', { factoryId: 'FF-2' }, 'RECEIPT.MISMATCH'],
      ['no units', { quantity: 0 }, 'RECEIPT.QUANTITY_INVALID'],
      ['units below zero', { quantity: -1 }, 'RECEIPT.QUANTITY_INVALID'],
      ['half a unit', { quantity: 1.5 }, 'RECEIPT.QUANTITY_INVALID'],
      ['no number', { quantity: NaN }, 'RECEIPT.QUANTITY_INVALID'],
      ['one unit more than is still due', { quantity: 7 }, 'RECEIPT.OVER_DELIVERY'],
      ['more than a number holds', { quantity: 1e300 }, 'RECEIPT.QUANTITY_INVALID'],
    ])('%s', async (_, wrong, code) => {
      const outcome = await deliver(order, 1, { deliveryFingerprint: 'refused', ...wrong });
      expect(outcome).toMatchObject({ kind: 'REFUSED', code, detail: expect.any(String) });
    });
  });

  it('refuses goods for a cancelled order', async () => {
    const order = await warehouse.openRestockOrder('CANCELLED', 10);
    await progress.cancel(order.id, 'kim', 'ordered by telephone');
    expect(await deliver(order, 10)).toMatchObject({ kind: 'REFUSED', code: 'RECEIPT.ORDER_CANCELLED' });
    expect(await warehouse.level('CANCELLED')).toMatchObject({ onHand: 0, onOrder: 0 });
  });

  it('refuses a new delivery for an order that is complete', async () => {
    const order = await warehouse.openRestockOrder('COMPLETE', 10);
    await deliver(order, 10);
    const another = await deliver(order, 10, { deliveryFingerprint: 'another' });
    expect(another).toMatchObject({ kind: 'REFUSED', code: 'RECEIPT.OVER_DELIVERY' });
    expect(await warehouse.level('COMPLETE')).toMatchObject({ onHand: 10 });
  });

  it('applies one of two deliveries that race and together exceed the order', async () => {
    const order = await warehouse.openRestockOrder('RACE', 10);
    const outcomes = await Promise.all(
      ['one', 'two'].map((deliveryFingerprint) => deliver(order, 6, { deliveryFingerprint })),
    );
    expect(outcomes.map(({ kind }) => kind).sort()).toEqual(['APPLIED', 'REFUSED']);
    expect(outcomes).toContainEqual(expect.objectContaining({ code: 'RECEIPT.OVER_DELIVERY' }));
    expect(await warehouse.level('RACE')).toMatchObject({ onHand: 6, onOrder: 4 });
  });

  describe('when an order is complete', () => {
    const openOrder = (sku: string) => warehouse.dataSource.manager.findOneBy(RestockOrder, { openSku: sku });
    const buy = (sku: string, quantity: number) => sales.place({ lines: [{ sku, quantity }] });

    it('opens the next one at once if sales have used the goods up meanwhile, refused demand included', async () => {
      const order = await warehouse.openRestockOrder('NEXT', 10, { reorderPoint: 3 });
      await deliver(order, 8, { deliveryFingerprint: 'part' });
      await buy('NEXT', 7);
      await buy('NEXT', 5);
      await Promise.all([deliver(order, 2), deliver(order, 2)]);
      const next = await openOrder('NEXT');
      // 10 wanted and 5 refused, 3 there.
      expect(next).toMatchObject({ quantity: 12, status: 'REQUESTED' });
      expect(await warehouse.level('NEXT')).toMatchObject({ onHand: 3, onOrder: 12, refusedDemand: 0 });
      expect(await warehouse.outbox('restock')).toContainEqual({ restockOrderId: next!.id });
      expect(await mails('NEXT', 'GOODS_RECEIVED')).toHaveLength(1);
    });

    it('opens none while there is enough, and keeps the refused demand for the next one', async () => {
      const order = await warehouse.openRestockOrder('ENOUGH', 10, { reorderPoint: 3 });
      await buy('ENOUGH', 5);
      await deliver(order, 10);
      expect(await openOrder('ENOUGH')).toBeNull();
      expect(await warehouse.level('ENOUGH')).toMatchObject({ onHand: 10, onOrder: 0, refusedDemand: 5 });
    });
  });

  it('keeps the ledger while sales, deliveries and repeated deliveries come at once', async () => {
    const orders = [
      await warehouse.openRestockOrder('BUSY-1', 60),
      await warehouse.openRestockOrder('BUSY-2', 60),
    ];
    const deliveries = orders.flatMap((order) =>
      Array.from({ length: 6 }, (_, index) => ({ order, deliveryFingerprint: `delivery ${index}` })),
    );
    const receive = () =>
      deliveries.map(({ order, deliveryFingerprint }) => deliver(order, 10, { deliveryFingerprint }));
    const buy = () =>
      Array.from({ length: 30 }, (_, index) => {
        const lines = orders.map(({ sku }) => ({ sku, quantity: 1 }));
        return sales.place({ lines: index % 2 ? lines : lines.toReversed() });
      });
    const [bought, ...received] = await Promise.all([
      Promise.all([...buy(), ...buy()]),
      Promise.all(receive()),
      Promise.all(receive()),
    ]);
    expect(count(received.flat(), 'APPLIED')).toBe(deliveries.length);
    expect(count(received.flat(), 'DUPLICATE')).toBe(deliveries.length);
    const soldUnits = bought.filter(({ kind }) => kind === 'CONFIRMED').length;
    for (const { sku } of orders) {
      expect(await warehouse.level(sku)).toMatchObject({ onHand: 60 - soldUnits });
      let onHand = 0;
      for (const { delta, balanceAfter } of await ledger(sku)) {
        onHand += delta;
        expect(balanceAfter).toBe(onHand);
      }
    }
    expect(
      await warehouse.dataSource.manager.countBy(GoodsReceipt, {
        restockOrderId: In(orders.map(({ id }) => id)),
      }),
    ).toBe(deliveries.length);
  });
});
