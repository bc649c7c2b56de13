import { callbackUrl } from '#inventory';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../libs/runtime/src/testing/eventually.js';
import { type Answer, answerOf, CALLBACK_SIGNING_KEY, COMPUTES, RunningSystem } from './running-system.js';
import { RecordedDeliveries } from './surge/recorded-deliveries.js';

const NEVER_MS = 86_400_000;

interface Order {
  id: string;
  sku: string;
  quantity: number;
}

describe.each(COMPUTES)("the factory's callback, on %s", (COMPUTE) => {
  let system: RunningSystem;

  beforeAll(async () => {
    system = await RunningSystem.start({ COMPUTE, FACTORY_OVERDUE_AFTER_SECONDS: '2' });
  }, 90_000);

  afterAll(() => system.remove(), 60_000);

  /** An order that the factory has and will not deliver by itself: here the test is the factory. */
  async function orderedGoods(): Promise<Order> {
    await system.setFaults({ leadTimeMs: 100 });
    const sku = await system.newProduct(1);
    await system.setFaults({ leadTimeMs: NEVER_MS });
    await system.buy(sku, 1);
    const order = await eventually(async () => {
      const open = await system.openRestockOrder(sku);
      expect(open!.status).toMatch(/ORDERED|OVERDUE/);
      return open!;
    });
    return { ...order, sku };
  }

  function urlFor({ id, sku, quantity }: Order, validSeconds = 60): string {
    return callbackUrl(system.url('sales', ''), CALLBACK_SIGNING_KEY, {
      restockOrderId: id,
      sku,
      factoryId: 'FF-500293',
      quantity,
      expiresAtSeconds: Math.floor(Date.now() / 1000) + validSeconds,
    });
  }

  async function deliver(url: string, { sku, quantity }: Order, rest: object = {}): Promise<Answer> {
    const body = {
      MessageGroupId: 'stock-arrival-group',
      MessageAttributeProductId: sku,
      MessageAttributeProductCnt: quantity,
      MessageAttributeFactoryId: 'FF-500293',
      MessageSubject: 'goods are ready',
      ...rest,
    };
    return answerOf(
      await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    );
  }

  /** The dead letter about an order's callback. */
  async function quarantined(order: Order, code: string): Promise<{ id: string }> {
    return eventually(async () => {
      const { body } = await system.get('/dead-letters?queue=goods-receipts&limit=100');
      for (const { id, cause } of body.items) {
        const letter = (await system.get(`/dead-letters/${id}`)).body;
        if (cause.code === code && JSON.parse(letter.body).restockOrderId === order.id) return { id };
      }
      throw new Error(`no dead letter ${code} for ${order.id} among ${JSON.stringify(body.items)}`);
    });
  }

  const stockBecomes = (sku: string, onHand: number) =>
    eventually(async () => expect((await system.stock(sku)).onHand).toBe(onHand));

  it('adds goods once when it comes twice', async () => {
    const order = await orderedGoods();
    const url = urlFor(order);
    const answers = await Promise.all([deliver(url, order), deliver(url, order), deliver(url, order)]);
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 202]);
    await stockBecomes(order.sku, order.quantity);
    // The count as a string is the same delivery, as the legacy factory sends either.
    await deliver(url, order, { MessageAttributeProductCnt: String(order.quantity) });
    await eventually(() =>
      expect(system.output.match(new RegExp(`DUPLICATE.*${order.id}`, 'g'))).toHaveLength(3),
    );
    expect((await system.stock(order.sku)).onHand).toBe(order.quantity);
    expect(system.reconcile()).toBeUndefined();
  });

  it('quarantines a delivery that exceeds its order', async () => {
    const order = await orderedGoods();
    const url = urlFor(order);
    await deliver(url, order);
    await stockBecomes(order.sku, order.quantity);
    await deliver(url, order, { MessageSubject: 'the same goods in other words' });
    await quarantined(order, 'RECEIPT.OVER_DELIVERY');
    expect((await system.stock(order.sku)).onHand).toBe(order.quantity);
  });

  it.each([
    ['a wrong signature', (url: string) => url.replace(/signature=.{8}/, 'signature=00000000')],
    ['no signature', (url: string) => url.replace(/\?.*/, '')],
    ['a larger quantity', (url: string) => url.replace(/quantity=\d+/, 'quantity=100000')],
  ])('refuses a forged one, with %s', async (_, forge) => {
    const order = await orderedGoods();
    expect(await deliver(forge(urlFor(order)), order)).toMatchObject({
      status: 403,
      body: { code: 'CALLBACK.FORGED' },
    });
    const { id } = await quarantined(order, 'RECEIPT.FORGED');
    expect(await system.post(`/dead-letters/${id}/redrive`)).toMatchObject({
      status: 422,
      body: { code: 'DEAD_LETTER.NOT_REDRIVABLE' },
    });
    expect((await system.stock(order.sku)).onHand).toBe(0);
  });

  it('refuses one for another product than was ordered', async () => {
    const order = await orderedGoods();
    expect((await deliver(urlFor(order), { ...order, sku: 'CP-502102' })).status).toBe(403);
    await quarantined(order, 'RECEIPT.FORGED');
  });

  it('quarantines an expired one, and adds its goods when an operator vouches for it', async () => {
    const order = await orderedGoods();
    expect(await deliver(urlFor(order, -1), order)).toMatchObject({
      status: 410,
      body: { code: 'CALLBACK.EXPIRED' },
    });
    const { id } = await quarantined(order, 'RECEIPT.EXPIRED');
    expect((await system.stock(order.sku)).onHand).toBe(0);
    expect(
      (await system.post(`/dead-letters/${id}/redrive`, { by: 'kim', note: 'goods are here' })).status,
    ).toBe(200);
    await stockBecomes(order.sku, order.quantity);
  });

  it('adds goods that come late, after one mail to the operators', async () => {
    const order = await orderedGoods();
    await eventually(async () => expect((await system.openRestockOrder(order.sku))!.status).toBe('OVERDUE'));
    const alerts = async () =>
      (await system.mails()).filter(({ subject }) => subject.endsWith(`late with ${order.sku}`));
    await eventually(async () => expect(await alerts()).toHaveLength(1));
    await deliver(urlFor(order), order);
    await stockBecomes(order.sku, order.quantity);
    expect((await system.get(`/restock-orders/${order.id}`)).body.status).toBe('RECEIVED');
    expect(await alerts()).toHaveLength(1);
  });

  it('quarantines one for an order that does not exist, signed or not', async () => {
    const unknown = { id: '01a00000-0000-7000-8000-000000000000', sku: 'CP-502101', quantity: 10 };
    const { onHand } = await system.stock(unknown.sku);
    expect((await deliver(urlFor(unknown), unknown)).status).toBe(202);
    await quarantined(unknown, 'RECEIPT.UNKNOWN_ORDER');
    const stray = { ...unknown, id: 'no-such-order' };
    expect((await deliver(system.url('sales', `/goods-receipts/${stray.id}`), stray)).status).toBe(403);
    await quarantined(stray, 'RECEIPT.FORGED');
    expect((await system.stock(unknown.sku)).onHand).toBe(onHand);
  });

  it('adds partial deliveries up, with the simulated factory and all of its callback faults at once', async () => {
    await system.setFaults({
      leadTimeMs: 100,
      partialPercent: 100,
      duplicatePercent: 100,
      outOfOrderPercent: 50,
    });
    const sku = await system.newProduct(1);
    await system.buy(sku, 1);
    const order = (await system.openRestockOrder(sku))!;
    await eventually(async () =>
      expect((await system.get(`/restock-orders/${order.id}`)).body.status).toBe('RECEIVED'),
    );
    expect((await system.stock(sku)).onHand).toBe(order.quantity);
    await system.setFaults({ partialPercent: 0, duplicatePercent: 0, outOfOrderPercent: 0 });
    expect(system.reconcile()).toBeUndefined();
  });

  it('adds each delivery once, by the history of buyers and factory together', async () => {
    const orders = [await orderedGoods(), await orderedGoods(), await orderedGoods()];
    const run = await RecordedDeliveries.open(system, orders, 'histories/callbacks.jsonl');
    try {
      const { port } = new URL(system.url('sales', ''));
      // They are refused first, and buy all there is as soon as it arrives.
      const buyers = run.buyUntilOver(Number(port));
      await Promise.all(
        orders.map(async (order, index) => {
          const url = urlFor(order);
          const half = order.quantity / 2;
          const parts = index === 0 ? [order.quantity] : [half, order.quantity - half];
          for (const [part, quantity] of parts.entries()) {
            const rest = { MessageAttributeProductCnt: quantity, MessageSubject: `part ${part}` };
            const request = () => deliver(url, order, rest);
            await Promise.all([
              run.deliver(url, rest, order, request),
              run.deliver(url, rest, order, request),
            ]);
          }
          await eventually(async () =>
            expect((await system.get(`/restock-orders/${order.id}`)).body.receivedQuantity).toBe(
              order.quantity,
            ),
          );
          const again = { MessageAttributeProductCnt: half, MessageSubject: 'goods that nobody ordered' };
          await run.deliver(url, again, order, () => deliver(url, order, again));
          await quarantined(order, 'RECEIPT.OVER_DELIVERY');
        }),
      );
      run.end();
      await buyers;
      const { contradictions, sales } = await run.check();
      expect(contradictions).toEqual([]);
      expect(sales).toBeGreaterThan(0);
    } finally {
      await run.close();
    }
  }, 60_000);

  it('quarantines goods that were made twice, because the factory took the order and its answer was lost', async () => {
    await system.setFaults({ leadTimeMs: 100 });
    const sku = await system.newProduct(1);
    await system.setFaults({ leadTimeMs: 12_000, dropAfterAcceptPercent: 100 });
    await system.buy(sku, 1);
    const order = { ...(await system.openRestockOrder(sku))!, sku };
    await quarantined(order, 'RECEIPT.OVER_DELIVERY');
    await system.setFaults({ dropAfterAcceptPercent: 0 });
    expect((await system.get(`/restock-orders/${order.id}`)).body).toMatchObject({
      status: 'RECEIVED',
      receivedQuantity: order.quantity,
    });
    expect((await system.stock(sku)).onHand).toBe(order.quantity);
    expect(system.reconcile()).toBeUndefined();
  }, 60_000);

  it('is taken from the addresses of its factory alone, where these are listed', async () => {
    const allow = async (callbackAddresses: string[] | null) =>
      expect((await system.ask('PATCH', '/factories/FF-500293', { callbackAddresses })).status).toBe(200);
    const order = await orderedGoods();
    try {
      await allow(['192.0.2.0/24']);
      // An environment of a function has lists of its own.
      await eventually(async () =>
        expect(await deliver(urlFor(order), order)).toMatchObject({
          status: 403,
          body: { code: 'CALLBACK.ADDRESS_REFUSED' },
        }),
      );
      await allow(['127.0.0.1', '192.0.2.0/24']);
      await eventually(async () => expect((await deliver(urlFor(order), order)).status).toBe(202));
      await stockBecomes(order.sku, order.quantity);
      // The simulated factory.
      await orderedGoods();
    } finally {
      await allow(null);
    }
  });
});
