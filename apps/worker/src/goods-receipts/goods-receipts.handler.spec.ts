import {
  type DeadLetter,
  DeadLetterService,
  OutboxMessage,
  ReceivingService,
  RestockOrder as Order,
  type RestockOrder,
  RestockAttemptService,
  RestockProgressService,
  RestockService,
} from '#inventory';
import { type GoodsReceiptMessage } from '#queues';
import { type Message } from '@aws-sdk/client-sqs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { ConsoleLogger, Logger } from '@nestjs/common';
import { hash, randomUUID } from 'node:crypto';
import { TEST_DATABASES } from '../../../../libs/inventory/src/testing/test-database.js';
import { Warehouse } from '../../../../libs/inventory/src/testing/warehouse.js';
import { Registry } from 'prom-client';
import { GoodsReceiptsHandler } from './goods-receipts.handler.js';

Logger.overrideLogger(new ConsoleLogger({ logLevels: ['fatal'] }));

type Closed = 'RECEIVED' | 'CANCELLED';

/** What the decorator makes of a handler. */
type Receive = (message: Message) => Promise<unknown>;

describe.each(TEST_DATABASES)('goods for closed orders, on %s', (kind) => {
  let warehouse: Warehouse;
  let handler: GoodsReceiptsHandler;
  let orders = 0;
  const registry = new Registry();

  beforeAll(async () => {
    warehouse = await Warehouse.open(kind);
    handler = new GoodsReceiptsHandler(
      warehouse.get(ReceivingService),
      warehouse.get(DeadLetterService),
      registry,
    );
  });
  afterEach(async () => {
    for (const { id } of await letters()) await discard(id);
    await warehouse.dataSource.manager.createQueryBuilder().delete().from(OutboxMessage).execute();
    expect(await warehouse.differences()).toEqual([]);
  });
  afterAll(() => warehouse.close());

  function delivery(order: RestockOrder, text: string, rest: Partial<GoodsReceiptMessage> = {}): Message {
    const message: GoodsReceiptMessage = {
      restockOrderId: order.id,
      sku: order.sku,
      factoryId: order.factoryId,
      quantity: order.quantity,
      deliveryFingerprint: hash('sha256', text),
      verification: 'VALID',
      receivedAt: new Date().toISOString(),
      callback: {},
      ...rest,
    };
    return { MessageId: randomUUID(), Body: JSON.stringify(message) };
  }

  /** As the queue delivers it. */
  const receive = (message: Message) => (handler.receive as unknown as Receive).call(handler, message);

  async function opened(): Promise<RestockOrder> {
    orders += 1;
    return warehouse.openRestockOrder(`CLOSED-${orders}`, 10);
  }

  async function closed(status: Closed): Promise<RestockOrder> {
    const order = await opened();
    if (status === 'CANCELLED') await warehouse.get(RestockProgressService).cancel(order.id, 'kim', 'why');
    else await receive(delivery(order, 'the goods that completed it'));
    expect(await warehouse.restockOrder(order.id)).toMatchObject({ status });
    return order;
  }

  const letters = async (causeCode?: string): Promise<DeadLetter[]> =>
    (await warehouse.get(DeadLetterService).list({ causeCode, status: 'OPEN', limit: 100 })).items;
  const discard = (id: string) => warehouse.get(DeadLetterService).discard(id, { by: 'kim' });
  const mails = async (causeCode: string) =>
    (await warehouse.outbox('notifications'))
      .filter(({ kind }) => kind === 'DEAD_LETTER_OPENED')
      .map(({ facts }) => facts as { causeCode: string; restockOrderId: string | null })
      .filter((facts) => facts.causeCode === causeCode);
  const refusals = async ({ id }: RestockOrder) =>
    (await warehouse.get(RestockService).get(id)).timeline.filter(({ kind }) => kind === 'GOODS_REFUSED');

  it('count in the metrics by how they kept the range that was stated, once for an order', async () => {
    const counts = async () =>
      (await registry.getSingleMetric('donut_states_restock_arrivals_total')!.get()).values.map(
        ({ labels, value }) => `${labels.within} ${value}`,
      );
    const arrive = async (range: Partial<RestockOrder>, parts: number) => {
      const order = await opened();
      await warehouse.get(RestockAttemptService).recordOrdered(order.id);
      await warehouse.dataSource.manager.update(Order, order.id, { lastError: null, ...range });
      for (let part = 0; part < parts; part += 1) {
        const quantity = order.quantity / parts;
        await receive(delivery(order, `part ${part}`, { quantity }));
        await receive(delivery(order, `part ${part}`, { quantity }));
      }
    };
    await receive(delivery(await opened(), 'before a range was stated'));
    expect(await counts()).toEqual(['p50 0', 'p90 0', 'late 0']);
    await arrive({}, 2);
    await arrive({ expectedFrom: new Date(0) }, 1);
    await arrive({ expectedFrom: new Date(0), expectedTo: new Date(1) }, 1);
    await arrive({ expectedFrom: null, expectedTo: null }, 1);
    expect(await counts()).toEqual(['p50 1', 'p90 1', 'late 1']);
  });

  describe.each<[string, Closed, Partial<GoodsReceiptMessage>]>([
    ['RECEIPT.OVER_DELIVERY', 'RECEIVED', {}],
    ['RECEIPT.ORDER_CANCELLED', 'CANCELLED', {}],
    ['RECEIPT.EXPIRED', 'RECEIVED', { verification: 'EXPIRED' }],
    ['RECEIPT.EXPIRED', 'CANCELLED', { verification: 'EXPIRED' }],
  ])('%s of an order that is %s', (cause, status, rest) => {
    it('send one mail for each order, although a dead letter of the cause is open', async () => {
      const [one, other] = [await closed(status), await closed(status)];
      for (const order of [one, other]) await receive(delivery(order, 'more goods', rest));
      expect(await letters(cause)).toHaveLength(2);
      expect((await mails(cause)).map(({ restockOrderId }) => restockOrderId)).toEqual([one.id, other.id]);
      for (const order of [one, other]) {
        expect(await refusals(order)).toMatchObject([{ detail: expect.stringContaining(`${cause}: `) }]);
      }
    });

    it('send no more mails for an order until its letters are resolved, however many deliveries come', async () => {
      const order = await closed(status);
      for (let index = 0; index < 5; index += 1) {
        await receive(delivery(order, `goods ${index}`, rest));
      }
      expect(await letters(cause)).toHaveLength(5);
      expect(await mails(cause)).toHaveLength(1);
      expect(await refusals(order)).toHaveLength(1);
      for (const { id } of await letters(cause)) await discard(id);
      await receive(delivery(order, 'goods again', rest));
      expect(await mails(cause)).toHaveLength(2);
    });

    it('send one mail when ten deliveries come at once, and for one that is delivered twice', async () => {
      const [other, order] = [await closed(status), await closed(status)];
      const first = delivery(other, 'goods', rest);
      await receive(first);
      await receive(first);
      const texts = Array.from({ length: 10 }, (_, index) => `goods ${index}`);
      await Promise.all(texts.map((text) => receive(delivery(order, text, rest))));
      expect(await letters(cause)).toHaveLength(11);
      expect((await mails(cause)).map(({ restockOrderId }) => restockOrderId)).toEqual([other.id, order.id]);
      expect(await refusals(order)).toHaveLength(1);
    });
  });

  it('are no news when they are the goods that completed the order, told of again', async () => {
    const order = await closed('RECEIVED');
    await receive(delivery(order, 'the goods that completed it'));
    expect(await letters('RECEIPT.OVER_DELIVERY')).toEqual([]);
    expect(await refusals(order)).toEqual([]);
  });

  it('are told from too many goods of open orders, which share one mail for the cause', async () => {
    const open = [await opened(), await opened()];
    for (const order of open) await receive(delivery(order, 'too many', { quantity: 11 }));
    expect(await letters('RECEIPT.OVER_DELIVERY')).toHaveLength(2);
    expect((await mails('RECEIPT.OVER_DELIVERY')).map(({ restockOrderId }) => restockOrderId)).toEqual([
      open[0]!.id,
    ]);
    expect(await refusals(open[0]!)).toEqual([]);
    const order = await closed('RECEIVED');
    await receive(delivery(order, 'more goods'));
    expect((await mails('RECEIPT.OVER_DELIVERY')).at(-1)).toMatchObject({ restockOrderId: order.id });
  });

  it('send one mail for all together when their callbacks are forged, and leave no step', async () => {
    const named = [await closed('RECEIVED'), await closed('CANCELLED'), await opened()];
    for (const order of named) {
      for (const text of ['one', 'two', 'three']) {
        await receive(delivery(order, text, { verification: 'INVALID_SIGNATURE' }));
      }
      expect(await refusals(order)).toEqual([]);
    }
    expect(await letters('RECEIPT.FORGED')).toHaveLength(9);
    expect(await mails('RECEIPT.FORGED')).toMatchObject([{ restockOrderId: null }]);
  });
});
