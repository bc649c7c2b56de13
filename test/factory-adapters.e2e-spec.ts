import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../libs/runtime/src/testing/eventually.js';
import { RunningSystem } from './running-system.js';

const HEALTHY = {
  ...{ failurePercent: 0, failureStatus: 500, hangPercent: 0, dropAfterAcceptPercent: 0 },
  ...{ duplicatePercent: 0, partialPercent: 0, latePercent: 0, outOfOrderPercent: 0 },
};

/** The contract of every adapter, against the simulated factory with each of its faults. */
describe.each(['legacy-http', 'webhook'])('the adapter %s', (adapter) => {
  let system: RunningSystem;

  beforeAll(async () => {
    system = await RunningSystem.start({
      FACTORY_ADAPTER: adapter,
      FACTORY_WEBHOOK_KEY: 'a-webhook-key-of-32-characters-or-more',
      FACTORY_TIMEOUT_MS: '1000',
      FACTORY_PROBE_INTERVAL_SECONDS: '1',
    });
  }, 90_000);

  afterAll(() => system.stop(), 60_000);

  /** How many orders for a product the factory has accepted. */
  async function made(sku: string): Promise<number> {
    const answer = await fetch(system.url('factory', '/manufactures'));
    const { orders } = (await answer.json()) as { orders: { productId: string }[] };
    return orders.filter(({ productId }) => productId === sku).length;
  }

  const status = async (id: string) => (await system.get(`/restock-orders/${id}`)).body.status as string;

  /** Sells the last unit, so that an order is made. */
  async function order(sku: string): Promise<{ id: string; quantity: number }> {
    expect((await system.buy(sku, 1)).status).toBe(201);
    const { id, quantity } = (await system.openRestockOrder(sku))!;
    return { id, quantity };
  }

  async function expectOnce(sku: string, quantity: number, madeBefore: number): Promise<void> {
    await eventually(async () => expect((await system.stock(sku)).onHand).toBe(quantity), 40_000);
    expect(await made(sku)).toBe(madeBefore + 1);
    expect((await system.get('/dead-letters?status=OPEN')).body.items).toEqual([]);
  }

  it.each([
    ['has no fault', {}],
    ['sends every callback twice', { duplicatePercent: 100 }],
    ['delivers in parts', { partialPercent: 100 }],
    ['is late', { latePercent: 100 }],
    ['delivers out of order', { outOfOrderPercent: 100 }],
  ])(
    'has goods made once where the factory %s',
    async (_, faults) => {
      const sku = await system.newProduct(1);
      const madeBefore = await made(sku);
      await system.setFaults({ ...HEALTHY, ...faults });
      const { quantity } = await order(sku);
      await expectOnce(sku, quantity, madeBefore);
      await system.setFaults(HEALTHY);
    },
    90_000,
  );

  it('has goods made once where the factory cuts the connection after it has accepted', async () => {
    const sku = await system.newProduct(1);
    const madeBefore = await made(sku);
    await system.setFaults({ ...HEALTHY, dropAfterAcceptPercent: 100 });
    const { id, quantity } = await order(sku);
    await expectOnce(sku, quantity, madeBefore);
    await system.setFaults(HEALTHY);
    const { timeline } = (await system.get(`/restock-orders/${id}`)).body;
    const kinds = timeline.map(({ kind }: { kind: string }) => kind);
    // The webhook is asked what it has accepted; the legacy API can only be waited for.
    if (adapter === 'webhook') expect(kinds).toContain('ORDERED');
    expect(kinds.includes('UNCONFIRMED')).toBe(adapter === 'legacy-http');
  }, 90_000);

  it.each([
    ['answers 500', { failurePercent: 100 }],
    ['answers 503', { failurePercent: 100, failureStatus: 503 }],
    ['hangs', { hangPercent: 100 }],
  ])(
    'waits where the factory %s, and has goods made once when it is back',
    async (_, faults) => {
      const sku = await system.newProduct(1);
      const madeBefore = await made(sku);
      await system.setFaults({ ...HEALTHY, ...faults });
      const { id, quantity } = await order(sku);
      await eventually(
        async () => expect(['WAITING_FOR_FACTORY', 'UNCONFIRMED']).toContain(await status(id)),
        20_000,
      );
      await system.setFaults(HEALTHY);
      await expectOnce(sku, quantity, madeBefore);
    },
    90_000,
  );

  it('makes a dead letter of an order that the factory refuses, and has goods made once when it is redriven', async () => {
    const sku = await system.newProduct(1);
    const madeBefore = await made(sku);
    await system.setFaults({ ...HEALTHY, failurePercent: 100, failureStatus: 422 });
    const { id, quantity } = await order(sku);
    await eventually(async () => expect(await status(id)).toBe('DEAD_LETTERED'), 40_000);
    await system.setFaults(HEALTHY);
    const [letter] = (await system.get('/dead-letters?status=OPEN')).body.items;
    expect((await system.post(`/dead-letters/${letter.id}/redrive`)).status).toBe(200);
    await expectOnce(sku, quantity, madeBefore);
  }, 90_000);
});
