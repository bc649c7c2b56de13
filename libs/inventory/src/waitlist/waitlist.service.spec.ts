import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { AdjustmentService } from '../adjustment/adjustment.service.js';
import { ReceivingService } from '../receiving/receiving.service.js';
import { RestockOrder } from '../restock/restock-order.entity.js';
import { type ShownSale, type SaleOutcome } from '../sale/sale-request.js';
import { SaleService } from '../sale/sale.service.js';
import { WaitingLine } from '../sale/waiting-line.entity.js';
import { StockMovement } from '../stock/stock-movement.entity.js';
import { TEST_DATABASES } from '../testing/test-database.js';
import { Warehouse } from '../testing/warehouse.js';
import { SaleCancellationService } from './sale-cancellation.service.js';

describe.each(TEST_DATABASES)('the waitlist on %s', (kind) => {
  let warehouse: Warehouse;
  let sales: SaleService;
  let cancellation: SaleCancellationService;

  beforeAll(async () => {
    warehouse = await Warehouse.open(kind);
    sales = warehouse.get(SaleService);
    cancellation = warehouse.get(SaleCancellationService);
  });

  afterEach(async () => expect(await warehouse.differences()).toEqual([]));
  afterAll(() => warehouse.close());

  let made = 0;
  const product = async (onHand: number) => {
    made += 1;
    const sku = `SKU-${String(made).padStart(3, '0')}`;
    await warehouse.stockProduct(sku, onHand, { targetLevel: 10, lotSize: 1 });
    return sku;
  };
  const buy = (lines: Record<string, number>, rest: object = {}): Promise<SaleOutcome> =>
    sales.place({
      lines: Object.entries(lines).map(([sku, quantity]) => ({ sku, quantity })),
      ...rest,
    });
  const wait = async (lines: Record<string, number>, rest: object = {}): Promise<ShownSale> => {
    const outcome = await buy(lines, { backorder: { waitUntil: null }, ...rest });
    if (outcome.kind !== 'WAITING') throw new Error(outcome.kind);
    return outcome.sale;
  };
  const add = (sku: string, units: number) =>
    warehouse.get(AdjustmentService).adjust(sku, units, 'counted', 'kim');
  const statusOf = async ({ id }: ShownSale) => (await sales.get(id)).status;
  const placeOf = async ({ id }: ShownSale) => (await sales.get(id)).waiting?.position;
  const openOrder = (sku: string) =>
    warehouse.dataSource.manager.findOneByOrFail(RestockOrder, { openSku: sku });

  it('keeps what is there for who waits, and says which place that is', async () => {
    const sku = await product(3);
    const first = await wait({ [sku]: 5 });
    expect(first).toMatchObject({
      status: 'WAITING',
      lines: [{ sku, quantity: 5, unitPriceKrw: 1_000 }],
      totalKrw: 5_000,
      waiting: {
        position: 1,
        arrival: { from: expect.any(Date), to: expect.any(Date) },
        lines: [{ sku, reservedQuantity: 3, position: 1, missingUnits: 2 }],
      },
    });
    const second = await wait({ [sku]: 1 });
    expect(second.waiting).toMatchObject({ position: 2, lines: [{ reservedQuantity: 0, missingUnits: 3 }] });
    expect(await warehouse.level(sku)).toMatchObject({ onHand: 3, reserved: 3, waiting: 3 });
    expect(await buy({ [sku]: 1 })).toMatchObject({
      kind: 'REFUSED',
      shortages: [{ sku, availableQuantity: 0 }],
    });
  });

  it('sells at once what is there, to whoever would wait as well', async () => {
    const sku = await product(3);
    expect(await buy({ [sku]: 2 }, { backorder: { waitUntil: null } })).toMatchObject({
      kind: 'CONFIRMED',
      sale: { status: 'CONFIRMED' },
    });
  });

  it('orders every unit that is waited for', async () => {
    const sku = await product(0);
    await wait({ [sku]: 7 });
    await wait({ [sku]: 4 });
    expect(await openOrder(sku)).toMatchObject({ quantity: 17 });
    const other = await product(0);
    await warehouse.dataSource.query('UPDATE product SET max_per_sale = 1000000 WHERE sku = ?', [other]);
    await wait({ [other]: 30 });
    await wait({ [other]: 50 });
    const order = await openOrder(other);
    expect(order.quantity).toBe(40);
    await receive(order, 40);
    expect((await openOrder(other)).quantity).toBe(10 + 40);
  });

  async function receive(order: RestockOrder, quantity: number): Promise<void> {
    const { id: restockOrderId, sku, factoryId } = order;
    const delivery = { restockOrderId, sku, factoryId, quantity, deliveryFingerprint: randomUUID() };
    expect(await warehouse.get(ReceivingService).receive(delivery)).toEqual({ kind: 'APPLIED' });
  }

  it('fills in order with the goods of a partial delivery, before anybody else can buy', async () => {
    const sku = await product(0);
    const waiting = [];
    for (const quantity of [2, 3, 1]) waiting.push(await wait({ [sku]: quantity }));
    await receive(await openOrder(sku), 4);
    expect(await Promise.all(waiting.map(statusOf))).toEqual(['CONFIRMED', 'WAITING', 'WAITING']);
    expect(await Promise.all(waiting.map(placeOf))).toEqual([undefined, 1, 2]);
    expect(await warehouse.level(sku)).toMatchObject({ onHand: 2, reserved: 2, waiting: 2, available: 0 });
    await receive(await openOrder(sku), 4);
    expect(await Promise.all(waiting.map(statusOf))).toEqual(['CONFIRMED', 'CONFIRMED', 'CONFIRMED']);
    expect(await warehouse.level(sku)).toMatchObject({ onHand: 2, reserved: 0, waiting: 0 });
    const fills = await warehouse.dataSource.manager.findBy(StockMovement, { sku, reason: 'BACKORDER_FILL' });
    expect(fills.map(({ delta }) => delta)).toEqual([-2, -4]);
  });

  it('mails the buyer, and the ad manager only of what can be bought', async () => {
    const sku = await product(0);
    const sale = await wait({ [sku]: 5 }, { customerEmail: 'buyer@example.com' });
    await warehouse.dataSource.query(
      "UPDATE product SET ad_manager_email = 'ads@only.example' WHERE sku = ?",
      [sku],
    );
    const order = await openOrder(sku);
    await warehouse.dataSource.query('UPDATE restock_order SET quantity = 5 WHERE id = ?', [order.id]);
    await warehouse.dataSource.query('UPDATE stock_level SET on_order = 5 WHERE sku = ?', [sku]);
    await receive(await openOrder(sku), 5);
    const mails = (await warehouse.outbox('notifications')).filter(({ to }) =>
      ['buyer@example.com', 'ads@only.example'].includes(String(to)),
    );
    expect(mails).toMatchObject([
      {
        kind: 'BACKORDER_FILLED',
        audience: 'BUYER',
        facts: { saleId: sale.id, lines: `5 × ${sku}`, totalKrw: 5_000 },
      },
    ]);
  });

  it('fills a sale of two products when both are there, and keeps each meanwhile', async () => {
    const [one, two] = [await product(0), await product(0)];
    const both = await wait({ [one]: 1, [two]: 2 });
    const later = await wait({ [one]: 1 });
    await add(one, 2);
    expect([await statusOf(both), await statusOf(later)]).toEqual(['WAITING', 'CONFIRMED']);
    expect(await warehouse.level(one)).toMatchObject({ onHand: 1, reserved: 1, waiting: 0 });
    expect((await sales.get(both.id)).waiting).toMatchObject({
      position: 1,
      lines: [
        { sku: one, reservedQuantity: 1, position: null, missingUnits: 0 },
        { sku: two, reservedQuantity: 0, position: 1, missingUnits: 2 },
      ],
    });
    await add(two, 2);
    expect(await statusOf(both)).toBe('CONFIRMED');
    expect(await warehouse.level(one)).toMatchObject({ onHand: 0, reserved: 0 });
  });

  it('gives the units of a buyer who leaves to those behind', async () => {
    const sku = await product(3);
    const waiting = [];
    for (const quantity of [4, 2, 2]) waiting.push(await wait({ [sku]: quantity }));
    expect(await cancellation.leave(waiting[0]!.id)).toMatchObject({ status: 'CANCELLED', totalKrw: 4_000 });
    expect(await Promise.all(waiting.map(statusOf))).toEqual(['CANCELLED', 'CONFIRMED', 'WAITING']);
    expect(await placeOf(waiting[2]!)).toBe(1);
    expect(await warehouse.level(sku)).toMatchObject({ onHand: 1, reserved: 1, waiting: 1 });
    await expect(cancellation.leave(waiting[0]!.id)).rejects.toMatchObject({ code: 'SALE.NOT_WAITING' });
    await expect(cancellation.leave(waiting[1]!.id)).rejects.toMatchObject({ code: 'SALE.NOT_WAITING' });
    await expect(cancellation.leave(randomUUID())).rejects.toMatchObject({ code: 'SALE.UNKNOWN' });
  });

  it('gives the units of a confirmed sale that is cancelled to who waits, once', async () => {
    const sku = await product(2);
    const bought = await buy({ [sku]: 2 });
    const waiting = await wait({ [sku]: 1 });
    const { id } = (bought as { sale: ShownSale }).sale;
    expect(await cancellation.cancel(id)).toMatchObject({
      before: 'CONFIRMED',
      sale: { status: 'CANCELLED' },
    });
    expect(await statusOf(waiting)).toBe('CONFIRMED');
    expect(await warehouse.level(sku)).toMatchObject({ onHand: 1, reserved: 0, available: 1 });
    await expect(cancellation.cancel(id)).rejects.toMatchObject({ code: 'SALE.ENDED' });
    expect(await cancellation.cancel(waiting.id)).toMatchObject({ sale: { status: 'CANCELLED' } });
    expect(await warehouse.level(sku)).toMatchObject({ onHand: 2, available: 2 });
  });

  it('takes units that are lost from who came last', async () => {
    const sku = await product(4);
    const waiting = [await wait({ [sku]: 5 })];
    await add(sku, 3);
    expect(await statusOf(waiting[0]!)).toBe('CONFIRMED');
    for (const quantity of [3, 4]) waiting.push(await wait({ [sku]: quantity }));
    await add(sku, 2);
    expect(await warehouse.level(sku)).toMatchObject({ onHand: 1, reserved: 1, waiting: 3 });
    await add(sku, -1);
    expect(await warehouse.level(sku)).toMatchObject({ onHand: 0, reserved: 0, waiting: 4 });
    expect(await Promise.all(waiting.map(statusOf))).toEqual(['CONFIRMED', 'CONFIRMED', 'WAITING']);
    expect(await placeOf(waiting[2]!)).toBe(1);
  });

  it('answers a repeated request with the sale as it is now', async () => {
    const sku = await product(0);
    const key = { idempotencyKey: randomUUID() };
    const sale = await wait({ [sku]: 1 }, key);
    const again = () => buy({ [sku]: 1 }, { ...key, backorder: { waitUntil: null } });
    expect(await again()).toMatchObject({
      kind: 'WAITING',
      replayed: true,
      sale: { id: sale.id, waiting: { position: 1 } },
    });
    await expect(buy({ [sku]: 1 }, key)).rejects.toMatchObject({ code: 'SALE.KEY_REUSED' });
    await add(sku, 1);
    expect(await again()).toMatchObject({ kind: 'CONFIRMED', replayed: true, sale: { id: sale.id } });
    await cancellation.cancel(sale.id);
    expect(await again()).toMatchObject({ kind: 'ENDED', replayed: true, sale: { status: 'CANCELLED' } });
  });

  it('fills a thousand sales and more with one delivery', async () => {
    const sku = await product(0);
    const waiting = await Promise.all(Array.from({ length: 1_300 }, () => wait({ [sku]: 1 })));
    expect(waiting.map((sale) => sale.waiting!.position).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 1_300 }, (_, index) => index + 1),
    );
    await add(sku, 1_250);
    const filled = await warehouse.dataSource.manager.findBy(WaitingLine, { sku, outcome: 'FILLED' });
    expect(filled.map(({ ticket }) => ticket).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 1_250 }, (_, index) => index + 1),
    );
    expect(await warehouse.level(sku)).toMatchObject({ onHand: 0, reserved: 0, waiting: 50 });
  }, 60_000);
});
