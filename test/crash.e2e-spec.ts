import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../libs/runtime/src/testing/eventually.js';
import { type Answer, type Application, RunningSystem } from './running-system.js';

/** A client that repeats a request until it is answered, as one with an idempotency key may. */
async function persistently(request: () => Promise<Answer>): Promise<Answer> {
  return eventually(async () => {
    const answer = await request();
    if (answer.status >= 500) throw new Error(`answered ${answer.status}`);
    return answer;
  }, 60_000);
}

describe('a crash in the middle of the story', () => {
  let system: RunningSystem;

  beforeAll(async () => {
    system = await RunningSystem.start({
      FACTORY_OVERDUE_AFTER_SECONDS: '600',
      // A process that was killed is back well before the third attempt, on a busy machine as well.
      RETRY_FIRST_DELAY_SECONDS: '4',
    });
  }, 90_000);

  afterAll(() => system.remove(), 60_000);

  /** Sells out under `crash`, and waits for the story's end: goods in stock, nothing sold twice or lost. */
  async function sellOutUnder(crash: () => Promise<void>): Promise<void> {
    const sku = await system.newProduct(20);
    const buyers = Array.from({ length: 30 }, (_, buyer) =>
      persistently(() => system.buy(sku, 1, { 'Idempotency-Key': `${sku}-${buyer}` })),
    );
    await Promise.any(buyers);
    await crash();
    const answers = await Promise.all(buyers);
    const sold = answers.filter(({ status }) => status === 201);
    for (const { body } of sold) {
      // All may have been answered before the crash.
      const { body: stored } = await persistently(() => system.get(`/sales/${body.id}`));
      expect({ ...stored, token: body.token }).toEqual(body);
    }
    expect(new Set(sold.map(({ body }) => body.id)).size).toBe(sold.length);

    const received = await eventually(async () => {
      const { items } = (await system.get(`/restock-orders?sku=${sku}`)).body;
      for (const { status } of items) expect(status).toBe('RECEIVED');
      return items.reduce((units: number, { receivedQuantity }: any) => units + receivedQuantity, 0);
    }, 90_000);
    // The product began without stock, was filled by its first order, and adjusted to 20 for the test.
    const first = (await system.get(`/restock-orders?sku=${sku}`)).body.items.at(-1).receivedQuantity;
    expect((await system.stock(sku)).onHand).toBe(20 + received - first - sold.length);
    expect(system.reconcile()).toBeUndefined();
  }

  it.each<Application>(['sales', 'worker', 'factory', 'queue', 'mail'])(
    'of %s loses nothing and doubles nothing',
    async (application) => {
      await sellOutUnder(async () => system.kill(application));
    },
    150_000,
  );

  it('of every process at once loses nothing and doubles nothing', async () => {
    await sellOutUnder(async () => {
      system.killAll();
      await system.restart();
    });
  }, 180_000);

  it.each<Application | 'all'>(['worker', 'sales', 'queue', 'all'])(
    'of %s on the way to the dead letter still ends in one alert and, redriven, in stock',
    async (application) => {
      const sku = await system.newProduct(1);
      await system.setFaults({ failurePercent: 100, failureStatus: 422 });
      await persistently(() => system.buy(sku, 1, { 'Idempotency-Key': `last-${sku}` }));
      const order = (await system.openRestockOrder(sku))!;
      await eventually(async () => {
        expect((await system.get(`/restock-orders/${order.id}`)).body.attempts).toBeGreaterThan(0);
      });
      if (application === 'all') {
        system.killAll();
        await system.restart();
      } else {
        system.kill(application);
      }
      const letter = await eventually(async () => {
        const { items } = (await system.get('/dead-letters?queue=restock&status=OPEN')).body;
        expect(items).toHaveLength(1);
        return items[0];
      }, 120_000);
      const alerts = async () => (await system.mails()).filter(({ text }) => text.includes(letter.id));
      await eventually(async () => expect(await alerts()).toHaveLength(1), 60_000);
      await system.setFaults({ failurePercent: 0, failureStatus: 500 });
      expect((await system.post(`/dead-letters/${letter.id}/redrive`)).status).toBe(200);
      await eventually(async () => expect((await system.stock(sku)).onHand).toBe(order.quantity), 60_000);
      expect(await alerts()).toHaveLength(1);
      expect(system.reconcile()).toBeUndefined();
    },
    240_000,
  );
});
