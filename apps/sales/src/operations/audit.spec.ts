import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { DeadLetterService } from '#inventory';
import { randomUUID } from 'node:crypto';
import { TEST_DATABASES } from '../../../../libs/inventory/src/testing/test-database.js';
import { SalesUnderTest } from '../testing/sales-under-test.js';

const RULES = {
  name: 'Ring',
  priceKrw: 1_000,
  factoryId: 'FF-1',
  reorderPoint: 0,
  targetLevel: 50,
  lotSize: 10,
  maxPerSale: 50,
  adManagerEmail: 'ads@donut-states.example',
};

describe.each(TEST_DATABASES)('the audit of what operators do on %s', (kind) => {
  let sales: SalesUnderTest;
  /** That of kim, who is an administrator. */
  let headers: Record<string, string>;
  let seen: string | undefined;

  beforeAll(async () => {
    sales = await SalesUnderTest.start({ WEBHOOK_PRIVATE_ADDRESSES: 'allow' }, kind);
    const made = await sales.ask('POST', '/api-keys', { body: { name: 'kim', role: 'admin' } });
    headers = { 'x-api-key': made.body.key };
  }, 60_000);
  afterAll(() => sales.stop());

  /** Entries that the test has added, the first one first. */
  const added = async (): Promise<Record<string, unknown>[]> => {
    const { items } = (await sales.ask('GET', '/audit?limit=100', { headers })).body;
    const index = (items as { id: string }[]).findIndex(({ id }) => id === seen);
    return (index < 0 ? items : items.slice(0, index)).reverse();
  };
  const act = (method: 'PUT' | 'PATCH' | 'POST', url: string, body?: object, more = {}) =>
    sales.ask(method, url, { body, headers: { ...headers, ...more } });

  beforeEach(async () => {
    seen = (await sales.ask('GET', '/audit?limit=1', { headers })).body.items[0].id;
  });

  it('names the key that another was made with', async () => {
    const { items } = (await sales.ask('GET', '/audit?subjectType=api_key', { headers })).body;
    expect(items).toMatchObject([
      { actor: 'operations', action: 'api_key.created', newValues: { name: 'kim', role: 'admin' } },
    ]);
  });

  it('has the old and new values of a product', async () => {
    await act('PUT', '/products/RING', RULES);
    await act('PATCH', '/products/RING', { priceKrw: 1_200 });
    expect(await added()).toMatchObject([
      { actor: 'kim', action: 'product.created', subjectId: 'RING', oldValues: null, newValues: RULES },
      {
        actor: 'kim',
        action: 'product.changed',
        subjectType: 'product',
        oldValues: { priceKrw: 1_000 },
        newValues: { priceKrw: 1_200 },
      },
    ]);
  });

  it('has the stock before and after an adjustment, and its note', async () => {
    await sales.warehouse.stockProduct('ADJUSTED', 5);
    await act('POST', '/products/ADJUSTED/adjustments', { delta: 3, note: 'found' });
    expect(await added()).toMatchObject([
      {
        actor: 'kim',
        action: 'stock.adjusted',
        subjectType: 'stock',
        subjectId: 'ADJUSTED',
        note: 'found',
        oldValues: { onHand: 5 },
        newValues: { onHand: 8 },
      },
    ]);
  });

  it('has nothing of a write that is refused, and one entry for a write that is repeated', async () => {
    await sales.warehouse.stockProduct('TWICE', 1);
    const url = '/products/TWICE/adjustments';
    const key = { 'idempotency-key': 'twice' };
    expect(await act('POST', url, { delta: -2, note: 'gone' }, key)).toMatchObject({ status: 409 });
    expect(await added()).toEqual([]);
    for (let time = 1; time <= 3; time += 1) await act('POST', url, { delta: -1, note: 'gone' }, key);
    expect(await added()).toHaveLength(1);
  });

  it('has the decisions on dead letters and orders, by the name of the key, whatever the body says', async () => {
    const letters = sales.application.get(DeadLetterService, { strict: false });
    const open = async () => {
      const messageId = randomUUID();
      await letters.open({ queue: 'probe', messageId, body: '{"input":1}', attributes: {} });
      return (await letters.list({ limit: 1 })).items[0]!.id;
    };
    const [one, other] = [await open(), await open()];
    const { id } = await sales.warehouse.openRestockOrder('ORDERED', 10);
    const redriven = await act('POST', `/dead-letters/${one}/redrive`, {
      by: 'somebody else',
      note: 'again',
    });
    expect(redriven.body).toMatchObject({ resolvedBy: 'kim', resolutionNote: 'again' });
    await act('POST', `/dead-letters/${other}/discard`);
    await act('POST', `/restock-orders/${id}/cancel`, { note: 'lost' });
    expect(await added()).toMatchObject([
      {
        action: 'dead_letter.redriven',
        subjectId: one,
        note: 'again',
        oldValues: { status: 'OPEN' },
        newValues: { status: 'REDRIVEN', queue: 'probe', causeCode: 'HANDLER.DIED' },
      },
      { action: 'dead_letter.discarded', subjectId: other, note: null, newValues: { status: 'DISCARDED' } },
      {
        action: 'restock_order.cancelled',
        subjectId: id,
        note: 'lost',
        oldValues: { status: 'REQUESTED' },
        newValues: { status: 'CANCELLED' },
      },
    ]);
    expect(new Set((await added()).map(({ actor }) => actor))).toEqual(new Set(['kim']));
  });

  it('has what was done to webhook endpoints, without their secrets', async () => {
    const url = 'http://127.0.0.1:9/events';
    const made = await act('POST', '/webhook-endpoints', { url, eventTypes: ['sale.confirmed'] });
    const endpoint = `/webhook-endpoints/${made.body.id}`;
    await act('PATCH', endpoint, { status: 'DISABLED' });
    const rotated = await act('POST', `${endpoint}/rotate-secret`);
    const removed = await sales.application.inject({ method: 'DELETE', url: endpoint, headers });
    expect([removed.statusCode, removed.payload]).toEqual([204, '']);
    const entries = await added();
    expect(entries).toMatchObject([
      { action: 'webhook_endpoint.created', oldValues: null, newValues: { url, status: 'ENABLED' } },
      {
        action: 'webhook_endpoint.changed',
        oldValues: { status: 'ENABLED' },
        newValues: { status: 'DISABLED' },
      },
      { action: 'webhook_endpoint.secret_rotated' },
      { action: 'webhook_endpoint.removed', oldValues: { url }, newValues: null },
    ]);
    expect(JSON.stringify(entries)).not.toMatch(/whsec_/);
    expect(rotated.body.secret).toMatch(/^whsec_/);
  });

  it('is found by filter, and read page by page', async () => {
    const found = async (query: string) => (await sales.ask('GET', `/audit?${query}`, { headers })).body;
    expect((await found('actor=kim&action=stock.adjusted')).items).toHaveLength(2);
    expect((await found('subjectType=stock&subjectId=ADJUSTED')).items).toHaveLength(1);
    expect((await found('until=2020-01-01T00:00:00Z')).items).toEqual([]);
    const first = await found('limit=3&order=asc');
    const rest = await found(`limit=100&order=asc&cursor=${first.nextCursor}`);
    const all = await found('limit=100&order=asc');
    expect([...first.items, ...rest.items]).toEqual(all.items);
  });
});
