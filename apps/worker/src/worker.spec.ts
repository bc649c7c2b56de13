import { eventually } from '../../../libs/runtime/src/testing/eventually.js';
import {
  Database,
  DeadLetterService,
  KeyedRequest,
  NotificationService,
  OutboxMessage,
  OutboxService,
  RestockProgressService,
} from '#inventory';
import { QueuePublisher } from '#messaging';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { IsNull } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { withWrongClock } from '../../../libs/inventory/src/testing/wrong-clock.js';
import { sesAccepts, WorkerUnderTest } from './testing/worker-under-test.js';

describe('the worker', () => {
  let worker: WorkerUnderTest;

  beforeEach(async () => {
    worker = await WorkerUnderTest.start();
  }, 30_000);

  afterEach(() => worker.stop(), 30_000);

  const write = (queue: string, payload: Record<string, unknown>) =>
    worker.warehouse.dataSource.transaction((manager) =>
      worker.warehouse.get(OutboxService).addUnchecked(manager, queue, payload, new Date()),
    );

  const notification = () => ({
    notificationId: uuidv7(),
    kind: 'STOCK_RAN_OUT',
    audience: 'AD_MANAGER',
    to: 'ads@example.com',
    facts: { sku: 'CP-1', name: '도넛', restockOrderId: null },
  });

  const deadLetters = async (queue: string) =>
    (await worker.warehouse.get(DeadLetterService).list({ queue, limit: 10 })).items;

  describe('asking the factory', () => {
    it('sends what the legacy contract says, with a signed callback', async () => {
      const order = await worker.openOrder('CP-1');
      await eventually(async () => expect((await worker.order('CP-1')).status).toBe('ORDERED'));
      const [request] = worker.factory.requests.map((body) => JSON.parse(body));
      expect(request).toEqual({
        MessageGroupId: 'stock-arrival-group',
        MessageAttributeProductId: 'CP-1',
        MessageAttributeProductCnt: order.quantity,
        MessageAttributeFactoryId: 'FF-1',
        MessageAttributeRequester: 'Donut-States',
        MessageAttributeTel: '02-000-0000',
        CallbackUrl: expect.stringMatching(
          new RegExp(
            `^http://sales.example/goods-receipts/${order.id}\\?quantity=100&expires=\\d+&signature=[0-9a-f]{64}$`,
          ),
        ),
      });
    });

    it('asks once though the message comes three times', async () => {
      worker.factory.answer = (response) => setTimeout(() => response.end('{}'), 300);
      const order = await worker.openOrder('CP-1');
      await write('restock', { restockOrderId: order.id });
      await write('restock', { restockOrderId: order.id });
      await eventually(async () => expect((await worker.order('CP-1')).status).toBe('ORDERED'));
      await eventually(async () => expect(await worker.queue.count('restock')).toBe(0));
      expect(worker.factory.requests).toHaveLength(1);
    });

    it('asks once though the note of its answer fails for a moment', async () => {
      const progress = worker.application.get(RestockProgressService);
      const noting = jest.spyOn(progress, 'recordOrdered').mockRejectedValueOnce(new Error('a moment'));
      await worker.openOrder('CP-1');
      await eventually(async () => expect((await worker.order('CP-1')).status).toBe('ORDERED'));
      await eventually(async () => expect(await worker.queue.count('restock')).toBe(0));
      expect(noting).toHaveBeenCalledTimes(2);
      expect(worker.factory.requests).toHaveLength(1);
    });

    it('comes back when the factory asks to, and not before', async () => {
      let refusedAt = 0;
      worker.factory.answer = (response) => {
        refusedAt ||= Date.now();
        if (worker.factory.requests.length > 1) response.end('{}');
        else response.writeHead(503, { 'retry-after': '3' }).end();
      };
      await worker.openOrder('CP-1');
      await eventually(async () => expect((await worker.order('CP-1')).status).toBe('ORDERED'));
      expect(Date.now() - refusedAt).toBeGreaterThanOrEqual(3_000);
      expect(await worker.order('CP-1')).toMatchObject({ attempts: 2 });
    });

    it('gives up on a factory that hangs, and names it as the cause of the dead letter', async () => {
      worker.factory.answer = () => undefined;
      await worker.openOrder('CP-1');
      await eventually(async () => expect((await worker.order('CP-1')).status).toBe('DEAD_LETTERED'));
      expect(worker.factory.requests).toHaveLength(3);
      const [letter] = await deadLetters('restock');
      expect(letter).toMatchObject({ causeCode: 'FACTORY.TIMEOUT', causeDetail: 'no answer within 1000 ms' });
      expect(letter!.attempts).toHaveLength(3);
    }, 40_000);

    it.each([
      ['ahead', 7_200_000],
      ['behind', -7_200_000],
    ])(
      'asks for what nobody else does, and with the time of the database, by a clock two hours %s',
      async (_, skewMs) => {
        await worker.application.close();
        const others = worker.warehouse.get(RestockProgressService);
        const ordered = await worker.openOrder('CP-1');
        await others.recordOrdered(ordered.id);
        const leased = await worker.openOrder('CP-2');
        await others.claimAttempt(leased.id, 60_000);
        await worker.openOrder('CP-3');
        await withWrongClock(skewMs, async () => {
          await worker.run();
          const looking = jest.spyOn(worker.application.get(RestockProgressService), 'markOverdue');
          await eventually(async () => expect((await worker.order('CP-3')).status).toBe('ORDERED'));
          await eventually(() => expect(looking.mock.calls.length).toBeGreaterThan(1));
          await worker.application.close();
        });
        const [request, ...more] = worker.factory.requests.map((body) => JSON.parse(body));
        expect(more).toEqual([]);
        expect(request.MessageAttributeProductId).toBe('CP-3');
        const expiresMs = Number(new URL(request.CallbackUrl).searchParams.get('expires')) * 1_000;
        expect(Math.round((expiresMs - Date.now()) / 60_000)).toBe(1);
        expect(await worker.order('CP-1')).toMatchObject({ status: 'ORDERED' });
        expect(await worker.order('CP-2')).toMatchObject({ status: 'REQUESTED', attempts: 1 });
        expect(worker.ses.requests).toEqual([]);
        expect(await deadLetters('restock')).toEqual([]);
        await worker.run();
      },
      40_000,
    );

    it('finishes the request under way before it stops', async () => {
      worker.factory.answer = (response) => setTimeout(() => response.end('{}'), 700);
      await worker.openOrder('CP-1');
      await eventually(() => expect(worker.factory.requests).toHaveLength(1));
      await worker.application.close();
      expect(await worker.order('CP-1')).toMatchObject({ status: 'ORDERED', attempts: 1 });
      expect(await worker.queue.count('restock')).toBe(0);
      await worker.run();
    });
  });

  describe('sending mail', () => {
    it('makes a clean subject of a name that an older version took, and sends to an international domain in ASCII', async () => {
      const facts = { sku: 'CP-1', name: '\u200b도넛\r\nBcc: x\u202e  링\u0000 👩‍🍳', restockOrderId: null };
      await write('notifications', { ...notification(), to: 'ads@도넛.kr', facts });
      await eventually(async () => expect(worker.ses.requests).toHaveLength(1));
      const mail = new URLSearchParams(worker.ses.requests[0]);
      expect(mail.get('Destination.ToAddresses.member.1')).toBe('ads@xn--050bl4c.kr');
      expect(mail.get('Message.Subject.Data')).toBe('[Donut-States] 도넛 Bcc: x 링 👩‍🍳 (CP-1) is sold out');
    });

    it('sends to an address that is none as it is stored: SES says what is wrong with it', async () => {
      await write('notifications', { ...notification(), to: '킴@b.1' });
      await eventually(async () => expect(worker.ses.requests).toHaveLength(1));
      const mail = new URLSearchParams(worker.ses.requests[0]);
      expect(mail.get('Destination.ToAddresses.member.1')).toBe('킴@b.1');
    });

    it('sends one though the message comes twice', async () => {
      const twice = notification();
      await write('notifications', twice);
      await eventually(() => expect(worker.ses.requests).toHaveLength(1));
      await write('notifications', twice);
      await eventually(async () => expect(await worker.queue.count('notifications')).toBe(0));
      expect(worker.ses.requests).toHaveLength(1);
      const mail = new URLSearchParams(worker.ses.requests[0]);
      expect(mail.get('Destination.ToAddresses.member.1')).toBe('ads@example.com');
      expect(mail.get('Message.Subject.Data')).toBe('[Donut-States] 도넛 (CP-1) is sold out');
      const { notificationId: id } = twice;
      const again = { id, kind: twice.kind, recipient: twice.to, subject: '' };
      const claim = await worker.warehouse.get(NotificationService).claim(again, 1_000);
      expect(claim).toEqual({ kind: 'SENT' });
    });

    it('sends one though two copies are handled at once, and keeps the message until it is sent', async () => {
      worker.ses.answer = (response) => setTimeout(() => sesAccepts(response), 1_000);
      const body = JSON.stringify(notification());
      await Promise.all([1, 2].map(() => worker.queue.send('notifications', body)));
      await eventually(() => expect(worker.ses.requests).toHaveLength(1));
      // The other copy comes back when the lease of the first one would have ended.
      expect(await worker.queue.count('notifications')).toBe(2);
      await eventually(async () => expect(await worker.queue.count('notifications')).toBe(0), 40_000);
      expect(worker.ses.requests).toHaveLength(1);
      expect(await deadLetters('notifications')).toEqual([]);
    }, 60_000);

    it('sends one though the note of it fails for a moment', async () => {
      const notifications = worker.application.get(NotificationService);
      const noting = jest.spyOn(notifications, 'recordSent').mockRejectedValueOnce(new Error('a moment'));
      await write('notifications', notification());
      await eventually(() => expect(noting).toHaveBeenCalledTimes(2));
      await eventually(async () => expect(await worker.queue.count('notifications')).toBe(0));
      expect(worker.ses.requests).toHaveLength(1);
    });

    it('tries again when SES is away', async () => {
      worker.ses.answer = (response) => response.writeHead(503).end();
      await write('notifications', notification());
      await eventually(() => expect(worker.ses.requests.length).toBeGreaterThan(0));
      const before = worker.ses.requests.length;
      worker.ses.answer = sesAccepts;
      await eventually(() => expect(worker.ses.requests.length).toBeGreaterThan(before));
      await eventually(async () => expect(await worker.queue.count('notifications')).toBe(0));
    });

    it('ends with one dead letter more, and no loop, when SES stays away', async () => {
      worker.ses.answer = (response) => response.writeHead(400).end();
      await write('notifications', notification());
      // The mail itself, and the one that was to tell the operators of it.
      await eventually(async () => expect(await deadLetters('notifications')).toHaveLength(2), 40_000);
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      expect(await deadLetters('notifications')).toMatchObject([
        { causeCode: 'MAIL.NOT_SENT' },
        { causeCode: 'MAIL.NOT_SENT' },
      ]);
      expect(await worker.queue.count('notifications')).toBe(0);
    }, 60_000);
  });

  describe('relaying the outbox', () => {
    it('keeps messages while the queue is away, and sends them when it is back', async () => {
      const { port } = worker.queue;
      await worker.queue.stop();
      await write('notifications', notification());
      await new Promise((resolve) => setTimeout(resolve, 500));
      const waiting = () =>
        worker.warehouse.dataSource.manager.countBy(OutboxMessage, { publishedAt: IsNull() });
      expect(await waiting()).toBe(1);
      const { startEmbeddedQueue } = await import('../../../libs/messaging/src/testing/embedded-queue.js');
      (worker as { queue: unknown }).queue = await startEmbeddedQueue({ port });
      await eventually(async () => expect(await waiting()).toBe(0));
      await eventually(() => expect(worker.ses.requests).toHaveLength(1));
    }, 40_000);

    it('sends what is for one queue while another refuses every message', async () => {
      const publisher = worker.application.get(QueuePublisher);
      const send = publisher.publishBatch.bind(publisher);
      const publishing = jest.spyOn(publisher, 'publishBatch').mockImplementation(async (queue, entries) => {
        if (queue === 'notifications') throw new Error('the queue hangs');
        if (queue !== 'probe') return send(queue, entries);
        const failed = entries.map(({ id }) => ({ id, reason: 'refused', retryable: true }));
        return { sent: [], failed };
      });
      for (let count = 0; count < 60; count += 1) await write('notifications', notification());
      for (let count = 0; count < 60; count += 1) await write('probe', { number: count });
      await eventually(() => expect(publishing.mock.calls.length).toBeGreaterThan(5));
      await worker.openOrder('CP-1');
      await eventually(async () => expect((await worker.order('CP-1')).status).toBe('ORDERED'));
      expect(worker.ses.requests).toHaveLength(0);
    });

    it('makes a dead letter of what is for a queue that there is no more', async () => {
      await worker.application.close();
      await write('returns', { returnId: '1' });
      await worker.run();
      await eventually(async () =>
        expect(await deadLetters('returns')).toMatchObject([
          {
            causeCode: 'MESSAGE.CONTRACT_BROKEN',
            causeDetail: 'there is no queue "returns"',
            body: '{"returnId":"1"}',
          },
        ]),
      );
    });

    it('makes a dead letter of what its queue would refuse for ever, and goes on', async () => {
      await write('restock', { restockOrderId: 'no uuid' });
      await write('notifications', notification());
      await eventually(() => expect(worker.ses.requests.length).toBeGreaterThan(0));
      await eventually(async () =>
        expect(await deadLetters('restock')).toMatchObject([
          { causeCode: 'MESSAGE.CONTRACT_BROKEN', body: '{"restockOrderId":"no uuid"}' },
        ]),
      );
    });
  });

  it.each([
    ['refuses', () => Promise.reject(new Error('away'))],
    ['hangs', () => new Promise<never>(() => undefined)],
  ])(
    'receives nothing while the database %s, so that no receives are used up',
    async (_, answer) => {
      const probe = jest.spyOn(worker.application.get(Database), 'assertWritable').mockImplementation(answer);
      // Two looks with their timeouts, and the poll that was under way at the first.
      await new Promise((resolve) => setTimeout(resolve, 5_000));
      await worker.queue.send('notifications', JSON.stringify(notification()));
      await new Promise((resolve) => setTimeout(resolve, 2_000));
      expect(worker.ses.requests).toHaveLength(0);
      probe.mockRestore();
      await eventually(() => expect(worker.ses.requests).toHaveLength(1));
    },
    40_000,
  );

  it('forgets the answers to requests of more than 7 days ago, and no others', async () => {
    await worker.application.close();
    const { manager } = worker.warehouse.dataSource;
    const row = { requestFingerprint: 'f', status: 200, headers: {}, body: '' };
    const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000);
    await manager.insert(KeyedRequest, { ...row, id: 'old', createdAt: daysAgo(7.01) });
    await manager.insert(KeyedRequest, { ...row, id: 'young', createdAt: daysAgo(6.99) });
    await worker.run();
    await eventually(async () => expect(await manager.find(KeyedRequest)).toMatchObject([{ id: 'young' }]));
  });

  it('records a message that breaks its contract as a dead letter', async () => {
    await worker.queue.send('goods-receipts', 'this is not JSON');
    await eventually(async () => expect(await deadLetters('goods-receipts')).toHaveLength(1), 40_000);
    expect(await deadLetters('goods-receipts')).toMatchObject([
      { causeCode: 'MESSAGE.CONTRACT_BROKEN', body: 'this is not JSON', status: 'OPEN' },
    ]);
  }, 60_000);

  it('is ready when database, queue and consumers are', async () => {
    const answer = await worker.application.inject({ method: 'GET', url: '/health/ready' });
    expect(answer.json()).toEqual({ status: 'ok', checks: { database: 'ok', queue: 'ok', consumers: 'ok' } });
    const metrics = await worker.application.inject({ method: 'GET', url: '/metrics' });
    expect(metrics.body).toContain('donut_states_reconcile_differences 0');
    expect(metrics.body).toContain('donut_states_dead_letters_open 0');
  });
});
