import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SaleService } from '../sale/sale.service.js';
import { TEST_DATABASES } from '../testing/test-database.js';
import { Warehouse } from '../testing/warehouse.js';
import { WebhookDelivery } from './webhook-delivery.entity.js';
import { WebhookDeliveryService } from './webhook-delivery.service.js';
import { WebhookEndpoint } from './webhook-endpoint.entity.js';
import { WebhookEndpointService } from './webhook-endpoint.service.js';
import { WEBHOOK_EVENT_TYPES } from './webhook-event.js';
import { type WebhookOutcome } from './webhook-outcome.js';
import { WebhookRecorder } from './webhook-recorder.service.js';

const LEASE_MS = 60_000;

describe.each(TEST_DATABASES)('webhooks on %s', (kind) => {
  let warehouse: Warehouse;
  let endpoints: WebhookEndpointService;
  let deliveries: WebhookDeliveryService;

  beforeEach(async () => {
    warehouse = await Warehouse.open(kind);
    endpoints = warehouse.get(WebhookEndpointService);
    deliveries = warehouse.get(WebhookDeliveryService);
    await warehouse.stockProduct('RING', 10_000);
  }, 30_000);
  afterEach(() => warehouse.close());

  const register = (eventTypes = [...WEBHOOK_EVENT_TYPES]) =>
    warehouse.dataSource.transaction((manager) =>
      endpoints.add(manager, { url: 'https://shop.example.com/', eventTypes, description: null }),
    );

  const sell = async (count: number, sku = 'RING') => {
    const place = () => warehouse.get(SaleService).place({ lines: [{ sku, quantity: 1 }] });
    const outcomes = await Promise.all(Array.from({ length: count }, place));
    return outcomes.map((outcome) => (outcome.kind === 'CONFIRMED' ? outcome.sale.id : outcome.kind));
  };

  const rows = (endpointId: string) =>
    warehouse.dataSource.manager.find(WebhookDelivery, { where: { endpointId }, order: { sequence: 'ASC' } });

  const messages = () => warehouse.outbox('webhooks');

  it('write nothing where nobody wants to know', async () => {
    await sell(20);
    await register(['stock.back']);
    await sell(20);
    expect(await messages()).toEqual([]);
  });

  it('write one row for a batch of sales, with the sales, whether the batch ran under locks or not', async () => {
    await register();
    const first = await sell(1);
    const others = await sell(200);
    const batches = (await messages()) as { saleIds: string[] }[];
    expect(batches.length).toBeLessThan(100);
    expect(batches.flatMap(({ saleIds }) => saleIds).sort()).toEqual([...first, ...others].sort());
  });

  it('write a row for a product that is sold out, in the transaction of the last sale', async () => {
    await register(['stock.sold_out']);
    await warehouse.stockProduct('LAST', 1);
    await sell(1, 'LAST');
    expect(await messages()).toMatchObject([
      { event: { type: 'stock.sold_out', data: { sku: 'LAST', restockOrderId: expect.any(String) } } },
    ]);
  });

  it('record a message that comes twice, or to two workers at once, once for each endpoint, without a gap', async () => {
    const [one, other, none] = [await register(), await register(), await register(['stock.back'])];
    const sales = await sell(30);
    const recorder = warehouse.get(WebhookRecorder);
    const second = await warehouse.join();
    try {
      const record = (from: Warehouse, ids: string[]) => from.get(WebhookRecorder).recordSales(ids);
      await Promise.all([
        record(warehouse, sales.slice(0, 20)),
        record(second, sales.slice(0, 20)),
        record(second, sales.slice(10)),
      ]);
      await recorder.recordSales(sales);
    } finally {
      await second.close();
    }
    for (const { id } of [one, other]) {
      const recorded = await rows(id);
      expect(recorded.map(({ sequence }) => sequence)).toEqual(sales.map((_, index) => index + 1));
      expect(recorded.map(({ eventId }) => eventId).sort()).toEqual(
        sales.map((sale) => `sale_confirmed_${sale}`).sort(),
      );
      expect(JSON.parse(recorded[0]!.body)).toMatchObject({ sequence: 1, type: 'sale.confirmed' });
    }
    expect(await rows(none.id)).toEqual([]);
  });

  it('are delivered by one worker at a time, until its lease ends', async () => {
    const { id } = await register();
    const claimed = await deliveries.claim(id, LEASE_MS);
    expect(claimed).toBeDefined();
    expect(await deliveries.claim(id, LEASE_MS)).toBeUndefined();
    await deliveries.release(claimed!, false);
    expect(await deliveries.claim(id, 1)).toBeDefined();
    await new Promise((resolve) => setTimeout(resolve, 20));
    const later = await deliveries.claim(id, LEASE_MS);
    await deliveries.release(claimed!, false);
    expect(await deliveries.claim(id, LEASE_MS)).toBeUndefined();
    expect(later).toBeDefined();
  });

  it('ask for an endpoint to which something is due, and for no other', async () => {
    const [{ id }, disabled] = [await register(), await register()];
    expect(await deliveries.wake()).toBe(0);
    await warehouse.get(WebhookRecorder).recordSales(await sell(1));
    await warehouse.dataSource.manager.update(WebhookEndpoint, { id: disabled.id }, { status: 'DISABLED' });
    expect(await deliveries.wake()).toBe(1);
    // The message of the first call is on its way.
    expect(await deliveries.wake()).toBe(0);
    const claimed = (await deliveries.claim(id, LEASE_MS))!;
    expect(await deliveries.wake()).toBe(0);
    const [delivery] = await deliveries.due(claimed, 10);
    const away = { kind: 'AWAY', status: 500, error: 'it answered 500', retryAfterMs: 600_000 } as const;
    expect(await deliveries.record(claimed, [{ delivery: delivery!, outcome: away }])).toBe(false);
    await deliveries.release(claimed, false);
    expect(await deliveries.wake()).toBe(0);
    expect(await deliveries.claim(id, LEASE_MS)).toBeUndefined();
    await warehouse.dataSource.manager.update(WebhookEndpoint, { id }, { retryAt: new Date(0) });
    expect(await deliveries.wake()).toBe(1);
  });

  it('are one mail for an endpoint that has been away for an hour', async () => {
    const { id } = await register();
    await warehouse.get(WebhookRecorder).recordSales(await sell(1));
    const fail = async () => {
      await warehouse.dataSource.manager.update(WebhookEndpoint, { id }, { retryAt: null });
      const claimed = (await deliveries.claim(id, LEASE_MS))!;
      const [delivery] = await deliveries.due(claimed, 10);
      const outcome = { kind: 'AWAY', status: null, error: 'ECONNREFUSED' } as const;
      await deliveries.record(claimed, [{ delivery: delivery!, outcome }]);
      await deliveries.release(claimed, false);
    };
    await fail();
    await fail();
    expect(await warehouse.outbox('notifications')).toEqual([]);
    const awaySince = new Date(Date.now() - 3_601_000);
    await warehouse.dataSource.manager.update(WebhookEndpoint, { id }, { awaySince });
    await fail();
    await fail();
    expect(await warehouse.outbox('notifications')).toMatchObject([
      { kind: 'WEBHOOK_FAILING', facts: { endpointId: id, origin: 'https://shop.example.com' } },
    ]);
  });

  describe('of which one is refused', () => {
    const refused = { kind: 'REFUSED', status: 400, error: 'it answered 400' } as const;
    const delivered = { kind: 'DELIVERED', status: 204 } as const;

    /** One worker's look at the endpoint, in which `answer` says what comes of each event. */
    const run = async (id: string, answer: (delivery: WebhookDelivery) => WebhookOutcome) => {
      await warehouse.dataSource.manager.update(WebhookEndpoint, { id }, { retryAt: null });
      const claimed = (await deliveries.claim(id, LEASE_MS))!;
      const due = await deliveries.due(claimed, 10);
      const goesOn = await deliveries.record(
        claimed,
        due.map((delivery) => ({ delivery, outcome: answer(delivery) })),
      );
      await deliveries.release(claimed, goesOn);
      return due.length;
    };

    it('the endpoint is away until it has taken another, and then the event waits by itself', async () => {
      const { id } = await register();
      const [bad] = await sell(1);
      const recorder = warehouse.get(WebhookRecorder);
      await recorder.recordSales([bad!]);
      const answer = ({ eventId }: WebhookDelivery) => (eventId.endsWith(bad!) ? refused : delivered);
      await run(id, answer);
      expect((await endpoints.get(id)).awaySince).not.toBeNull();
      await recorder.recordSales(await sell(1));
      while ((await run(id, answer)) > 0);
      expect(await endpoints.get(id)).toMatchObject({ awaySince: null, failures: 0 });
      const [first, second] = await rows(id);
      expect(second!.status).toBe('DELIVERED');
      expect(first).toMatchObject({ status: 'PENDING', refusedSince: expect.any(Date) });
      expect(first!.nextAttemptAt!.getTime()).toBeGreaterThan(Date.now());
    });

    it('it is given up after a day of that, and not after a day in which the endpoint was away', async () => {
      const { id } = await register();
      const [bad, good] = await sell(2);
      await warehouse.get(WebhookRecorder).recordSales([bad!, good!]);
      const old = { createdAt: new Date(0), nextAttemptAt: new Date(0) };
      await warehouse.dataSource.manager.update(WebhookDelivery, { endpointId: id }, old);
      const answer = ({ eventId }: WebhookDelivery) => (eventId.endsWith(bad!) ? refused : delivered);
      await run(id, answer);
      const ofBad = async () => (await rows(id)).find(({ eventId }) => eventId.endsWith(bad!))!;
      expect(await ofBad()).toMatchObject({ status: 'PENDING', attempts: 1 });
      const since = { refusedSince: new Date(Date.now() - 25 * 3_600_000), nextAttemptAt: new Date(0) };
      await warehouse.dataSource.manager.update(WebhookDelivery, { id: (await ofBad()).id }, since);
      await warehouse.get(WebhookRecorder).recordSales(await sell(1));
      await run(id, answer);
      expect(await ofBad()).toMatchObject({ status: 'FAILED', nextAttemptAt: null });
      expect(await messages()).toContainEqual({ deliveryId: (await ofBad()).id });
    });

    it('what was seen of an endpoint that was changed meanwhile says nothing of it', async () => {
      const { id } = await register();
      await warehouse.get(WebhookRecorder).recordSales(await sell(1));
      const claimed = (await deliveries.claim(id, LEASE_MS))!;
      const [delivery] = await deliveries.due(claimed, 10);
      await warehouse.dataSource.transaction((manager) =>
        endpoints.change(manager, id, { url: 'https://shop.example.com/new' }),
      );
      const gone = { kind: 'GONE', status: 410 } as const;
      expect(await deliveries.record(claimed, [{ delivery: delivery!, outcome: gone }])).toBe(false);
      expect((await endpoints.get(id)).status).toBe('ENABLED');
    });
  });
});
