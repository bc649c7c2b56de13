import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { type EntityTarget, In, type ObjectLiteral } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { AdjustmentService } from '../adjustment/adjustment.service.js';
import { AuditEntry } from '../audit/audit-entry.entity.js';
import { Database } from '../database/database.js';
import { DeliveryFailure } from '../dead-letter/delivery-failure.entity.js';
import { Notification } from '../notification/notification.entity.js';
import { OutboxMessage } from '../outbox/outbox-message.entity.js';
import { RestockOrder } from '../restock/restock-order.entity.js';
import { customerKey } from '../sale/customer-key.js';
import { CustomerPurchase } from '../sale/customer-purchase.entity.js';
import { SaleService } from '../sale/sale.service.js';
import { Sale } from '../sale/sale.entity.js';
import { insertRows } from '../testing/old-rows.js';
import { TEST_DATABASES } from '../testing/test-database.js';
import { Warehouse } from '../testing/warehouse.js';
import { WebhookDelivery } from '../webhook/webhook-delivery.entity.js';
import { WebhookEndpoint } from '../webhook/webhook-endpoint.entity.js';
import { WebhookRecorder } from '../webhook/webhook-recorder.service.js';
import { ERASABLE_TABLES } from './erasable-tables.js';
import { ErasureService } from './erasure.service.js';

const NOTHING = {
  ...{ sales: 0, webhookDeliveries: 0, purchases: 0, restockOrders: 0, adjustments: 0 },
  ...{ deadLetters: 0, deadLetterJobs: 0, deliveryFailures: 0 },
  ...{ messages: 0, mails: 0, keyedRequests: 0, timelines: 0, auditEntries: 0 },
};

const TABLES: EntityTarget<ObjectLiteral>[] = [
  ...Object.values(ERASABLE_TABLES).map(({ entity }) => entity),
  ...[Sale, WebhookDelivery],
];

describe.each(TEST_DATABASES)('the erasure of a buyer on %s', (kind) => {
  let warehouse: Warehouse;
  let erasure: ErasureService;
  let orders = 0;

  beforeAll(async () => {
    warehouse = await Warehouse.open(kind);
    erasure = warehouse.get(ErasureService);
    await warehouse.stockProduct('RING', 10_000, { maxPerCustomer: 100 });
    await manager().insert(WebhookEndpoint, {
      ...{ id: uuidv7(), url: 'https://shop.example.com/', eventTypes: ['sale.confirmed'] },
      ...{ status: 'ENABLED', secret: 's', createdAt: new Date() },
    } as never);
  }, 30_000);
  afterAll(() => warehouse.close());

  const manager = () => warehouse.dataSource.manager;

  const buy = async (customerEmail: string, idempotencyKey?: string, customerId?: string) => {
    const lines = [{ sku: 'RING', quantity: 1 }];
    const outcome = await warehouse
      .get(SaleService)
      .place({ lines, customerEmail, idempotencyKey, customerId });
    if (outcome.kind !== 'CONFIRMED') throw new Error(outcome.kind);
    return outcome;
  };

  /** Everything in the tables, as the database shows it. */
  const contents = async () => {
    const rows = [];
    for (const entity of TABLES) rows.push(await manager().find(entity, { order: { id: 'ASC' } }));
    return JSON.stringify(rows);
  };

  /** A row in each table that has the address in every place where it may be. */
  const spread = async (email: string) => {
    const insert = (...of: Parameters<typeof insertRows> extends [unknown, ...infer Rest] ? Rest : never) =>
      insertRows(manager(), ...of);
    const now = new Date();
    const said = `${email} is no address`;
    await insert('dead_letters', now, 1, {
      ...{ body: JSON.stringify({ to: email, facts: [said] }), editedBody: { to: email } },
      ...{ attributes: { sender: email }, causeDetail: said, resolutionNote: said },
      attempts: [{ receiveCount: 1, code: 'MAIL.REFUSED', detail: said, failedAt: now.toISOString() }],
    });
    await insert('dead_letter_jobs', now, 1, { filter: { text: said }, note: said });
    await insert('delivery_failures', now, 1, { detail: said });
    await insert('messages', now, 1, { queue: 'notifications', payload: { to: email }, publishedAt: null });
    await insert('mails', now, 1, {
      ...{ recipient: email, subject: `for ${email}`, message: { to: email } },
      ...{ sentAt: null, nextAttemptAt: now },
    });
    await insert('keyed_requests', now, 1, { headers: { to: email }, body: JSON.stringify({ email }) });
    await insert('timelines', now, 1, { detail: said });
    await warehouse.get(AdjustmentService).adjust('RING', 1, said, 'kim');
    const order = await warehouse.openRestockOrder(`SKU-${(orders += 1)}`, 10);
    await manager().update(RestockOrder, { id: order.id }, { lastError: said });
    await manager().insert(AuditEntry, {
      ...{ id: uuidv7(), at: now, actor: 'kim', action: 'stock.adjusted', subjectType: 'stock' },
      ...{ subjectId: 'RING', note: said, oldValues: { email }, newValues: { email: said } },
    } as never);
    const { sale } = await buy(email);
    await warehouse.get(WebhookRecorder).recordSales([sale.id]);
  };

  const EVERYWHERE = {
    ...{ sales: 1, webhookDeliveries: 1, purchases: 1, restockOrders: 1, adjustments: 1 },
    ...{ deadLetters: 1, deadLetterJobs: 1, deliveryFailures: 1 },
    ...{ messages: 1, mails: 1, keyedRequests: 1, timelines: 1, auditEntries: 1 },
  };

  it('takes the address out of every table, whatever its case, and leaves other addresses alone', async () => {
    const others = ['akim@example.com', 'kim@example.com.kr', 'kim@example.community'];
    for (const other of others) await spread(other);
    const before = await contents();
    await spread('Kim@Example.com');
    expect(await erasure.forget('kim@eXample.com', true)).toEqual(EVERYWHERE);
    expect(await contents()).toMatch(/Kim@Example\.com/);

    expect(await erasure.forget('kim@eXample.com')).toEqual(EVERYWHERE);
    const after = await contents();
    expect(after).not.toMatch(/"[^"]*(?<!a)kim@example\.com(?!\.kr|m)[^"]*"/i);
    for (const other of others) {
      expect(after.split(other).length).toBe(before.split(other).length);
    }
    expect(await erasure.forget('kim@example.com')).toEqual(NOTHING);
    expect(await contents()).toBe(after);
    expect(await warehouse.differences()).toEqual([]);
  }, 60_000);

  it('keeps the sale, its goods and its key: a repeat gets the same sale, without the address', async () => {
    const first = await buy('Park@example.com', 'park');
    const level = await warehouse.level('RING');
    await erasure.forget('park@example.com');
    const repeat = await buy('Park@example.com', 'park');
    expect(repeat).toMatchObject({ replayed: true, sale: { ...first.sale, customerEmail: null } });
    expect(await warehouse.level('RING')).toEqual(level);
    await expect(buy('other@example.com', 'park')).rejects.toMatchObject({ code: 'SALE.KEY_REUSED' });
  });

  it('erases what limits count of the buyer, by the address and by the ids of its sales', async () => {
    const customerEmail = 'Seo+shop@example.com';
    const ofOther = customerKey({ customerEmail: 'other.seo@example.com' });
    const keys = [customerKey({ customerEmail }), customerKey({ customerId: '7' })];
    const counted = () =>
      manager().find(CustomerPurchase, {
        where: { customerKey: In([...keys, ofOther]) },
        select: { customerKey: true },
      });
    await buy('other.seo@example.com');
    await buy(customerEmail);
    await buy(customerEmail, undefined, '7');
    expect(await erasure.forget('seo+shop@example.com', true)).toMatchObject({ sales: 2, purchases: 2 });
    expect(await counted()).toHaveLength(3);
    expect(await erasure.forget('seo+shop@example.com')).toMatchObject({ sales: 2, purchases: 2 });
    expect(await counted()).toEqual([{ customerKey: ofOther }]);
  });

  it('does not send a mail to the buyer that waits', async () => {
    await spread('choi@example.com');
    await erasure.forget('choi@example.com');
    const [mail] = await manager().find(Notification, {
      where: { subject: 'for [erased]' },
      order: { id: 'DESC' },
    });
    expect(mail).toMatchObject({ recipient: '[erased]', message: { to: null }, nextAttemptAt: null });
    const messages = await manager().find(OutboxMessage, {
      where: { queue: 'notifications' },
      order: { id: 'ASC' },
    });
    expect(messages.at(-1)).toMatchObject({ payload: { to: null }, publishedAt: expect.any(Date) });
  });

  it('keeps what an endpoint has not got yet, with null in the place of the address', async () => {
    const { sale } = await buy('jung@example.com');
    await warehouse.get(WebhookRecorder).recordSales([sale.id]);
    await erasure.forget('JUNG@example.com');
    const { body, status } = await manager().findOneByOrFail(WebhookDelivery, {
      eventId: `sale_confirmed_${sale.id}`,
    });
    expect(status).toBe('PENDING');
    expect(JSON.parse(body).data).toMatchObject({ id: sale.id, customerEmail: null, totalKrw: 1_000 });
  });

  it('finds every way to write an address among its neighbours, in few questions', async () => {
    const ways = ['Yoon@example.com', 'YOON@EXAMPLE.COM', 'yoon@Example.com', 'yoon@example.com'];
    const neighbours = Array.from(
      { length: 200 },
      (_, index) => `${index % 2 ? 'y' : 'Y'}oo${index}@example.com`,
    );
    for (const email of [...ways, ...neighbours]) await buy(email);
    const asked = jest.spyOn(manager(), 'query');
    expect((await erasure.forget('yoon@example.com', true)).sales).toBe(ways.length);
    jest.restoreAllMocks();
    expect(asked.mock.calls.length).toBeLessThan(80);
    expect((await erasure.forget('yoon@example.com')).sales).toBe(ways.length);
    expect(await manager().countBy(Sale, { customerEmail: 'Yoo0@example.com' })).toBe(1);
  });

  it('reads and writes a thousand rows in a transaction at most', async () => {
    await insertRows(manager(), 'delivery_failures', new Date(), 2_500, { detail: 'to han@example.com' });
    const { sale } = await buy('han@example.com');
    const stored = await manager().findOneByOrFail(Sale, { id: sale.id });
    const copies = Array.from({ length: 1_500 }, () => ({ ...stored, id: uuidv7(), idempotencyKey: null }));
    await manager().insert(Sale, copies.slice(0, 750));
    await manager().insert(Sale, copies.slice(750));
    const writes = jest.spyOn(warehouse.get(Database), 'write');
    const counts = await erasure.forget('han@example.com');
    expect(counts).toMatchObject({ sales: 1_501, deliveryFailures: 2_500 });
    // Two of the sales, and three or four of the failures, among which are rows of other tests.
    expect(writes.mock.calls.length).toBeGreaterThanOrEqual(5);
    expect(writes.mock.calls.length).toBeLessThanOrEqual(6);
    jest.restoreAllMocks();
    await manager().delete(
      Sale,
      copies.map(({ id }) => id),
    );
    expect(await manager().countBy(DeliveryFailure, { detail: 'to [erased]' })).toBe(2_500);
  }, 60_000);

  it('names no table that has none of its columns', () => {
    for (const { entity, columns } of Object.values(ERASABLE_TABLES)) {
      const names = warehouse.dataSource.getMetadata(entity).columns.map(({ propertyName }) => propertyName);
      expect(names).toEqual(expect.arrayContaining(Object.keys(columns)));
    }
  });
});
