import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import { Sale } from '../sale/sale.entity.js';
import { SaleService } from '../sale/sale.service.js';
import { SettableClock } from '../testing/settable-clock.js';
import { TEST_DATABASES } from '../testing/test-database.js';
import { Warehouse } from '../testing/warehouse.js';
import { WebhookDelivery } from '../webhook/webhook-delivery.entity.js';
import { WebhookEndpoint } from '../webhook/webhook-endpoint.entity.js';
import { CustomerDataExpiry } from './customer-data-expiry.entity.js';
import { CustomerDataExpiryService } from './customer-data-expiry.service.js';

const DAY_MS = 24 * 3_600_000;
const RETENTION_MS = 40 * DAY_MS;

describe.each(TEST_DATABASES)('the addresses of old sales on %s', (kind) => {
  const clock = new SettableClock();
  let warehouse: Warehouse;
  let expiry: CustomerDataExpiryService;

  beforeAll(async () => {
    warehouse = await Warehouse.open(kind, 10, clock);
    expiry = warehouse.get(CustomerDataExpiryService);
    await manager().insert(WebhookEndpoint, {
      ...{ id: 'endpoint', url: 'https://shop.example.com/', eventTypes: ['sale.confirmed'] },
      ...{ status: 'ENABLED', secret: 's', createdAt: new Date() },
    } as never);
  }, 30_000);
  beforeEach(async () => {
    for (const entity of [Sale, WebhookDelivery, CustomerDataExpiry]) await manager().clear(entity);
  });
  afterAll(() => warehouse.close());

  const manager = () => warehouse.dataSource.manager;
  const limit = () => clock.localNow().getTime() - RETENTION_MS;

  /** Without lines: they would have to be in the ledger. */
  const sold = async (
    createdAtMs: number,
    { count = 1, email = 'kim@example.com', idMs = createdAtMs } = {},
  ) => {
    const rows = Array.from({ length: count }, () => ({
      ...{ id: uuidv7({ msecs: idMs }), requestFingerprint: 'f', status: 'CONFIRMED' as const },
      ...{ customerEmail: email, createdAt: new Date(createdAtMs), idempotencyKey: null },
    }));
    for (let start = 0; start < count; start += 500) {
      await manager().insert(Sale, rows.slice(start, start + 500));
    }
    return rows.map(({ id }) => id);
  };
  const left = async () =>
    (await manager().find(Sale, { order: { id: 'ASC' } })).flatMap(({ id, customerEmail }) =>
      customerEmail === null ? [] : id,
    );
  const eraseAll = async (retentionMs = RETENTION_MS) => {
    const steps = [];
    for (let hasMore = true; hasMore;) {
      const step = await expiry.eraseOldest(retentionMs);
      steps.push(step.erased);
      hasMore = step.hasMore;
    }
    return steps;
  };

  it('are erased when they are older, to the millisecond, and no others', async () => {
    await sold(limit() - 1);
    const young = await sold(limit());
    expect(await eraseAll()).toEqual([1]);
    expect(await left()).toEqual(young);
    expect(await eraseAll()).toEqual([0]);
  });

  it('are erased a thousand a transaction, and each is looked at once', async () => {
    await sold(limit() - 2 * DAY_MS, { count: 2_500 });
    expect(await eraseAll()).toEqual([1_000, 1_000, 500]);
    expect(await left()).toEqual([]);
    const later = await sold(limit() - DAY_MS);
    const [mark] = await manager().find(CustomerDataExpiry);
    expect(mark!.saleId < later[0]!).toBe(true);
    expect(await eraseAll()).toEqual([1]);
  }, 30_000);

  it('wait behind a sale whose process had a wrong clock, until that is old', async () => {
    const idMs = limit() - 3 * DAY_MS;
    const [first] = await sold(idMs - 1);
    const [strange] = await sold(limit() + 1, { idMs });
    const [behind] = await sold(limit() - DAY_MS);
    expect(await eraseAll()).toEqual([1]);
    expect(await left()).toEqual([strange, behind]);
    expect(first).toBeDefined();
    expect(await eraseAll(RETENTION_MS - DAY_MS)).toEqual([2]);
    expect(await left()).toEqual([]);
  });

  it('go out of what was announced of the sale as well', async () => {
    const [id] = await sold(limit() - 1, { email: 'Lee@example.com' });
    const data = { id, customerEmail: 'Lee@example.com', totalKrw: 5 };
    await manager().insert(WebhookDelivery, {
      ...{
        id: uuidv7(),
        endpointId: 'endpoint',
        eventId: `sale_confirmed_${id}`,
        eventType: 'sale.confirmed',
      },
      ...{ sequence: 1, status: 'PENDING', body: JSON.stringify({ data }), createdAt: new Date() },
    } as never);
    expect(await eraseAll()).toEqual([1]);
    const [delivery] = await manager().find(WebhookDelivery);
    expect(JSON.parse(delivery!.body)).toEqual({ data: { ...data, customerEmail: null } });
  });

  it('are erased in sales with their goods, whose books stay as they are', async () => {
    await warehouse.stockProduct('RING', 10);
    const lines = [{ sku: 'RING', quantity: 2 }];
    const request = { lines, customerEmail: 'park@example.com', idempotencyKey: 'park' };
    const outcome = await warehouse.get(SaleService).place(request);
    if (outcome.kind !== 'CONFIRMED') throw new Error(outcome.kind);
    expect(await eraseAll(-3_650 * DAY_MS)).toEqual([1]);
    const repeat = await warehouse.get(SaleService).place(request);
    expect(repeat).toMatchObject({ replayed: true, sale: { ...outcome.sale, customerEmail: null } });
    expect(await warehouse.differences()).toEqual([]);
  });
});
