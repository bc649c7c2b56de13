import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DeadLetterService, signOrder } from '#inventory';
import { QueuePublisher } from '#messaging';
import { TEST_DATABASES } from '../../../../libs/inventory/src/testing/test-database.js';
import { SalesUnderTest } from '../testing/sales-under-test.js';

describe.each(TEST_DATABASES)('ids and cursors on %s', (kind) => {
  let sales: SalesUnderTest;
  let saleId: string;
  const orderIds: string[] = [];
  const letterIds: string[] = [];

  beforeAll(async () => {
    sales = await SalesUnderTest.start({}, kind);
    await sales.warehouse.stockProduct('SOLD', 10);
    saleId = (await sales.buy('SOLD')).json<{ id: string }>().id;
    const letters = sales.application.get(DeadLetterService, { strict: false });
    for (const name of ['A', 'B', 'C']) {
      orderIds.unshift((await sales.warehouse.openRestockOrder(`ORDERED-${name}`, 10)).id);
      await letters.open({ queue: 'probe', messageId: name, body: '{}', attributes: {} });
      letterIds.unshift((await letters.list({ limit: 1 })).items[0]!.id);
    }
  }, 60_000);

  afterAll(() => sales.stop());

  const placesOf = () => ({
    sales: `/sales/${saleId}`,
    'restock-orders': `/restock-orders/${orderIds[0]}`,
    'dead-letters': `/dead-letters/${letterIds[0]}`,
  });

  it.each(['sales', 'restock-orders', 'dead-letters'] as const)(
    'find one of %s in upper or lower case',
    async (list) => {
      const place = placesOf()[list];
      const found = await sales.ask('GET', place);
      expect(found.status).toBe(200);
      const upper = place.replace(/[^/]+$/, (id) => id.toUpperCase());
      expect(await sales.ask('GET', upper)).toMatchObject({ status: 200, text: found.text });
    },
  );

  it.each(['restock-orders', 'dead-letters'] as const)(
    'lead to the next page of %s in upper or lower case',
    async (list) => {
      const ids = list === 'restock-orders' ? orderIds : letterIds;
      const first = (await sales.ask('GET', `/${list}?limit=1`)).body;
      expect(first).toMatchObject({ items: [{ id: ids[0] }], nextCursor: ids[0] });
      const next = await sales.ask('GET', `/${list}?limit=1&cursor=${first.nextCursor.toUpperCase()}`);
      expect(next).toMatchObject({ status: 200, body: { items: [{ id: ids[1] }] } });
    },
  );

  it.each(['sales', 'restock-orders', 'dead-letters'] as const)('may not be URNs: %s', async (list) => {
    const urn = placesOf()[list].replace(/[^/]+$/, (id) => `urn:uuid:${id}`);
    expect(await sales.ask('GET', urn)).toMatchObject({
      status: 400,
      body: { errors: [{ at: 'params/id' }] },
    });
  });

  it.each(['products', 'restock-orders', 'dead-letters'])(
    'are refused by a list other than %s, unless that loses rows',
    async (list) => {
      // A resolved letter is deleted some day, and a list must go on from it.
      const isKnown = (cursor: string | undefined) =>
        list === 'dead-letters' && /^[0-9a-f-]{36}$/.test(cursor!);
      const cursors = {
        products: 'SOLD',
        'restock-orders': orderIds[0],
        'dead-letters': letterIds[0],
        sales: saleId,
        urn: `urn:uuid:${list === 'dead-letters' ? letterIds[0] : orderIds[0]}`,
        nothing: '01890000-0000-7000-8000-000000000000',
      };
      for (const [kindOfCursor, cursor] of Object.entries(cursors)) {
        const answer = await sales.ask('GET', `/${list}?cursor=${cursor}`);
        const isTaken = kindOfCursor === list || isKnown(cursor);
        expect([kindOfCursor, answer.status]).toEqual([kindOfCursor, isTaken ? 200 : 400]);
      }
    },
  );

  it('are accepted in upper or lower case to resolve orders and dead letters', async () => {
    const cancelled = await sales.ask('POST', `/restock-orders/${orderIds[2]!.toUpperCase()}/cancel`);
    expect(cancelled).toMatchObject({ status: 200, body: { id: orderIds[2], status: 'CANCELLED' } });
    expect(cancelled.headers['content-location']).toBe(`/restock-orders/${orderIds[2]}`);
    for (const [what, id] of [
      ['redrive', letterIds[1]!],
      ['discard', letterIds[2]!],
    ]) {
      expect(await sales.ask('POST', `/dead-letters/${id!.toUpperCase()}/${what}`)).toMatchObject({
        status: 200,
        body: { id },
      });
    }
  });

  it('name the order of a callback in upper or lower case', async () => {
    const received: unknown[] = [];
    const queues = sales.application.get(QueuePublisher, { strict: false });
    queues.publish = async (_queue, message) => String(received.push(message));
    const order = {
      restockOrderId: orderIds[0]!,
      sku: 'ORDERED-C',
      factoryId: 'FF-1',
      quantity: 10,
      expiresAtSeconds: 4_000_000_000,
    };
    const signature = signOrder('a-signing-key-of-32-characters-or-more', order);
    const answer = await sales.ask(
      'POST',
      `/goods-receipts/${orderIds[0]!.toUpperCase()}?quantity=10&expires=4000000000&signature=${signature}`,
      {
        body: {
          MessageAttributeProductId: 'ORDERED-C',
          MessageAttributeProductCnt: 10,
          MessageAttributeFactoryId: 'FF-1',
        },
      },
    );
    expect(answer.status).toBe(202);
    expect(received).toMatchObject([{ restockOrderId: orderIds[0], verification: 'VALID' }]);
  });
});
