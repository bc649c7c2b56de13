import { afterEach, describe, expect, it } from '@jest/globals';
import {
  DeadLetterService,
  SaleService,
  WEBHOOK_EVENT_TYPES,
  WebhookDelivery,
  WebhookEndpointService,
  WebhookLogService,
} from '#inventory';
import { type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { Webhook } from 'standardwebhooks';
import { type EntityManager } from 'typeorm';
import { eventually } from '../../../../libs/runtime/src/testing/eventually.js';
import { type Received, WebhookReceiver } from '../testing/webhook-receiver.js';
import { WorkerUnderTest } from '../testing/worker-under-test.js';

const SALES = 20;

describe('webhooks', () => {
  let worker: WorkerUnderTest;
  let receivers: WebhookReceiver[] = [];

  afterEach(async () => {
    await worker.stop();
    await Promise.all(receivers.map((receiver) => receiver.close()));
    receivers = [];
  }, 30_000);

  async function start(changes: Parameters<typeof WorkerUnderTest.start>[0] = {}): Promise<void> {
    worker = await WorkerUnderTest.start(changes);
    await worker.warehouse.stockProduct('RING', 1_000);
  }

  async function newReceiver(): Promise<WebhookReceiver> {
    const receiver = await new WebhookReceiver().listen();
    receivers.push(receiver);
    return receiver;
  }

  const service = () => worker.warehouse.get(WebhookEndpointService);
  const write = <T>(work: (manager: EntityManager) => Promise<T>): Promise<T> =>
    worker.warehouse.dataSource.transaction(work);

  const register = ({ url }: Pick<WebhookReceiver, 'url'>, eventTypes = [...WEBHOOK_EVENT_TYPES]) =>
    write((manager) => service().add(manager, { url, eventTypes, description: null }));

  async function sell(count = SALES): Promise<string[]> {
    const sales = worker.warehouse.get(SaleService);
    const outcomes = await Promise.all(
      Array.from({ length: count }, () => sales.place({ lines: [{ sku: 'RING', quantity: 1 }] })),
    );
    return outcomes.map((outcome) =>
      outcome.kind === 'CONFIRMED' ? `sale_confirmed_${outcome.sale.id}` : outcome.kind,
    );
  }

  const deliveries = () =>
    worker.warehouse.dataSource.manager.find(WebhookDelivery, { order: { id: 'ASC' } });
  const endpoint = (id: string) => service().get(id);

  const subjects = () =>
    worker.ses.requests.map((mail) => new URLSearchParams(mail).get('Message.Subject.Data'));

  const expectAll = (receiver: WebhookReceiver, events: string[]) =>
    eventually(async () => {
      expect([...new Set(receiver.ids)].sort()).toEqual(events.toSorted());
      expect((await deliveries()).every(({ status }) => status === 'DELIVERED')).toBe(true);
    }, 30_000);

  it('tell of each sale once, numbered, signed by the Standard Webhooks specification', async () => {
    await start();
    const receiver = await newReceiver();
    const { secret } = await register(receiver);
    const events = await sell();
    await expectAll(receiver, events);
    expect(receiver.received).toHaveLength(SALES);
    const sequences = receiver.received.map(({ event }) => event.sequence).sort((a, b) => a - b);
    expect(sequences).toEqual(Array.from({ length: SALES }, (_, index) => index + 1));
    for (const { headers, text, event } of receiver.received) {
      const verified = new Webhook(secret).verify(text, headers as Record<string, string>);
      expect(verified).toEqual(event);
      expect(headers['webhook-id']).toBe(event.id);
      expect(event).toMatchObject({
        type: 'sale.confirmed',
        data: { lines: [{ sku: 'RING', quantity: 1 }] },
      });
    }
    const [{ headers, text }] = receiver.received as [Received];
    const forged = () =>
      new Webhook(secret).verify(text.replace('RING', 'KING'), headers as Record<string, string>);
    expect(forged).toThrow();
  });

  it('are signed by both secrets after one was replaced', async () => {
    await start();
    const receiver = await newReceiver();
    const { id, secret } = await register(receiver);
    const { secret: newer } = await write((manager) => service().rotateSecret(manager, id));
    expect(newer).not.toBe(secret);
    await expectAll(receiver, await sell(1));
    const [{ headers, text }] = receiver.received as [Received];
    for (const one of [secret, newer]) {
      expect(new Webhook(one).verify(text, headers as Record<string, string>)).toBeDefined();
    }
  });

  it('tell of a product that is sold out and back, and of goods that do not come', async () => {
    await start();
    const receiver = await newReceiver();
    const sold = await newReceiver();
    await register(receiver, ['stock.sold_out', 'stock.back', 'restock.overdue']);
    await register(sold, ['sale.confirmed']);
    await worker.warehouse.stockProduct('LAST', 1);
    await worker.warehouse.get(SaleService).place({ lines: [{ sku: 'LAST', quantity: 1 }] });
    await eventually(async () => {
      const order = await worker.order('LAST');
      expect(order.status).toBe('ORDERED');
      await worker.warehouse.dataSource.query('UPDATE restock_order SET deadline_at = requested_at');
    });
    const types = () => receiver.received.map(({ event }) => event.type);
    await eventually(() => expect(types()).toEqual(['stock.sold_out', 'restock.overdue']), 20_000);
    const { id, sku, quantity } = await worker.order('LAST');
    await worker.write('goods-receipts', {
      restockOrderId: id,
      sku,
      quantity,
      factoryId: 'FF-1',
      deliveryFingerprint: 'f'.repeat(64),
      verification: 'VALID',
      receivedAt: new Date().toISOString(),
      callback: {},
    });
    await eventually(
      () => expect(types()).toEqual(['stock.sold_out', 'restock.overdue', 'stock.back']),
      20_000,
    );
    expect(receiver.received.at(-1)!.event.data).toMatchObject({ sku: 'LAST', quantity, onHand: quantity });
    expect(sold.received.map(({ event }) => event.type)).toEqual(['sale.confirmed']);
  });

  it.each([
    ['is not there', undefined],
    ['answers 500', (response: ServerResponse) => response.writeHead(500).end('<html>'.repeat(10_000))],
    ['answers 429', (response: ServerResponse) => response.writeHead(429, { 'retry-after': '1' }).end()],
    ['answers 404 to everything', (response: ServerResponse) => response.writeHead(404).end()],
    ['breaks connections off', (response: ServerResponse) => response.destroy()],
  ])(
    'wait while a receiver %s, and each comes when it is back, under its one id',
    async (_, answer) => {
      await start();
      const receiver = await newReceiver();
      const { id } = await register(receiver);
      if (answer) receiver.answer = answer;
      else await receiver.close();
      const events = await sell();
      await eventually(async () => expect((await endpoint(id)).failures).toBeGreaterThanOrEqual(2), 20_000);
      // One at a time to find out, and not all of them.
      expect(receiver.received.length).toBeLessThanOrEqual(20);
      expect((await deliveries()).map(({ status }) => status)).toEqual(events.map(() => 'PENDING'));
      const before = receiver.received.length;
      receiver.answer = (response) => response.writeHead(204).end();
      if (!answer) await receiver.listen();
      await expectAll(receiver, events);
      expect(receiver.received).toHaveLength(before + SALES);
      expect(await worker.deadLetters('webhooks')).toEqual([]);
      expect(await endpoint(id)).toMatchObject({ failures: 0, awaySince: null });
    },
    60_000,
  );

  it('wait for a receiver that hangs, which holds up no other one', async () => {
    await start();
    const [slow, fast] = [await newReceiver(), await newReceiver()];
    slow.answer = () => undefined;
    const { id } = await register(slow);
    await register(fast);
    const events = await sell();
    await eventually(() => expect([...fast.ids].sort()).toEqual(events.toSorted()), 20_000);
    await eventually(async () => expect((await endpoint(id)).failures).toBe(1), 20_000);
    slow.answer = (response) => response.writeHead(204).end();
    await expectAll(slow, events);
    expect((await deliveries()).find(({ lastError }) => lastError)).toBeUndefined();
  }, 60_000);

  it('go no more to a receiver that is gone, of which a person hears, and go on when it is enabled again', async () => {
    await start();
    const receiver = await newReceiver();
    receiver.answer = (response) => response.writeHead(410).end();
    const { id } = await register(receiver);
    const events = await sell(15);
    await eventually(async () =>
      expect(await endpoint(id)).toMatchObject({
        status: 'DISABLED',
        disabledReason: 'it answered 410 Gone',
      }),
    );
    await eventually(() =>
      expect(subjects().filter((subject) => subject?.includes('do not reach'))).toHaveLength(1),
    );
    await sleep(500);
    expect(receiver.received.length).toBeLessThanOrEqual(10);
    receiver.answer = (response) => response.writeHead(200).end();
    await write((manager) => service().change(manager, id, { status: 'ENABLED' }));
    await expectAll(receiver, events);
  }, 30_000);

  it('are a dead letter when a receiver refuses one for a day and takes the others; a redrive sends it once more', async () => {
    await start();
    const receiver = await newReceiver();
    await register(receiver);
    const [bad] = (await sell(1)) as [string];
    receiver.answer = (response, { event }) => response.writeHead(event.id === bad ? 400 : 204).end();
    await eventually(async () => expect(await deliveries()).toHaveLength(1));
    await worker.warehouse.dataSource.manager.update(
      WebhookDelivery,
      { eventId: bad },
      { status: 'PENDING', nextAttemptAt: new Date(0), refusedSince: new Date(0) },
    );
    const others = await sell(3);
    const [letter] = await eventually(async () => {
      const letters = await worker.deadLetters('webhooks');
      expect(letters).toHaveLength(1);
      return letters;
    }, 30_000);
    expect(letter).toMatchObject({
      causeCode: 'WEBHOOK.NOT_DELIVERED',
      causeDetail: expect.stringContaining('it answered 400'),
    });
    const failed = (await deliveries()).filter(({ status }) => status === 'FAILED');
    expect(failed.map(({ eventId }) => eventId)).toEqual([bad]);
    expect(receiver.ids).toEqual(expect.arrayContaining(others));
    receiver.answer = (response) => response.writeHead(204).end();
    await worker.warehouse.get(DeadLetterService).redrive(letter!.id, { by: 'kim' });
    await eventually(async () =>
      expect((await deliveries()).every(({ status }) => status === 'DELIVERED')).toBe(true),
    );
  }, 60_000);

  it('are sent again when asked, under the same id', async () => {
    await start();
    const receiver = await newReceiver();
    await register(receiver);
    const events = await sell(1);
    await expectAll(receiver, events);
    const [{ id }] = (await deliveries()) as [WebhookDelivery];
    await write((manager) => worker.warehouse.get(WebhookLogService).resend(id, manager));
    await eventually(() => expect(receiver.ids).toEqual([...events, ...events]));
    expect(new Set(receiver.received.map(({ text }) => text)).size).toBe(1);
  });

  it('follow no redirect: it may lead where nothing is to be sent', async () => {
    await start();
    const [receiver, other] = [await newReceiver(), await newReceiver()];
    receiver.answer = (response) => response.writeHead(307, { location: other.url }).end();
    await register(receiver);
    await sell(1);
    await eventually(async () =>
      expect((await deliveries())[0]).toMatchObject({ lastStatus: 307, attempts: 1 }),
    );
    expect(other.received).toEqual([]);
  });

  it('go to no private address unless that is allowed, whatever its name', async () => {
    await start({ WEBHOOK_PRIVATE_ADDRESSES: 'refuse' });
    const receiver = await newReceiver();
    const { id } = await register({ url: receiver.url.replace('http:', 'https:') });
    await sell(1);
    await eventually(async () => expect((await endpoint(id)).failures).toBeGreaterThan(0));
    expect(receiver.received).toEqual([]);
    const [{ lastError }] = (await deliveries()) as [WebhookDelivery];
    expect(lastError).toMatch(/^the address (127\.0\.0\.1|::1) is not allowed for a webhook$/);
  });

  it('survive a worker that stops in the middle: what was sent may come twice, under one id', async () => {
    await start();
    const receiver = await newReceiver();
    receiver.answer = () => undefined;
    await register(receiver);
    const events = await sell(3);
    await eventually(() => expect(receiver.received).not.toEqual([]));
    receiver.answer = (response) => response.writeHead(204).end();
    await worker.application.close();
    await worker.run();
    await expectAll(receiver, events);
  }, 60_000);
});
