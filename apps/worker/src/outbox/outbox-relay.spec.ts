import { OutboxMessage } from '#inventory';
import { QueuePublisher } from '#messaging';
import { TimeoutError } from '#runtime';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { IsNull } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { eventually } from '../../../../libs/runtime/src/testing/eventually.js';
import { WorkerUnderTest } from '../testing/worker-under-test.js';
import { OutboxRelay } from './outbox-relay.js';

describe('the relay of a process that is called', () => {
  const relayOf = (claim: () => Promise<unknown[]>) =>
    new OutboxRelay(
      { waitingQueues: async () => ['probe', 'a-queue-of-another-version'], claim } as never,
      {} as never,
      {} as never,
    );

  it('waits no longer than it may for a queue that hangs', async () => {
    await expect(relayOf(() => new Promise(() => undefined)).relayWithin(50)).rejects.toThrow(TimeoutError);
  });

  it('asks for the queues that it knows alone', async () => {
    const claim = jest.fn(async () => []);
    await relayOf(claim).relayWithin(1_000);
    expect(claim.mock.calls).toEqual([[expect.any(Number), expect.any(Number), 'probe']]);
  });
});

describe('the outbox relay', () => {
  let worker: WorkerUnderTest;

  beforeEach(async () => {
    worker = await WorkerUnderTest.start();
  }, 30_000);

  afterEach(() => worker.stop(), 30_000);

  const notification = () => ({
    notificationId: uuidv7(),
    kind: 'STOCK_RAN_OUT',
    audience: 'AD_MANAGER',
    to: 'ads@example.com',
    facts: { sku: 'CP-1', name: '도넛', restockOrderId: null },
  });

  it('keeps messages while the queue is away, and sends them when it is back', async () => {
    const { port } = worker.queue;
    await worker.queue.stop();
    await worker.write('notifications', notification());
    await new Promise((resolve) => setTimeout(resolve, 500));
    const waiting = () =>
      worker.warehouse.dataSource.manager.countBy(OutboxMessage, { publishedAt: IsNull() });
    expect(await waiting()).toBe(1);
    const { startEmbeddedQueue } = await import('../../../../libs/messaging/src/testing/embedded-queue.js');
    (worker as { queue: unknown }).queue = await startEmbeddedQueue({ port });
    await eventually(async () => expect(await waiting()).toBe(0));
    await eventually(() => expect(worker.ses.requests).toHaveLength(1));
  }, 40_000);

  it('sends the messages of one queue while another queue refuses every message', async () => {
    const publisher = worker.application.get(QueuePublisher);
    const send = publisher.publishBatch.bind(publisher);
    const publishing = jest.spyOn(publisher, 'publishBatch').mockImplementation(async (queue, entries) => {
      if (queue === 'notifications') throw new Error('the queue hangs');
      if (queue !== 'probe') return send(queue, entries);
      const failed = entries.map(({ id }) => ({ id, reason: 'refused', retryable: true }));
      return { sent: [], failed };
    });
    for (let count = 0; count < 60; count += 1) await worker.write('notifications', notification());
    for (let count = 0; count < 60; count += 1) await worker.write('probe', { number: count });
    await eventually(() => expect(publishing.mock.calls.length).toBeGreaterThan(5));
    await worker.openOrder('CP-1');
    await eventually(async () => expect((await worker.order('CP-1')).status).toBe('ORDERED'));
    expect(worker.ses.requests).toHaveLength(0);
  });

  it('makes a dead letter of a message for a queue that no longer exists', async () => {
    await worker.application.close();
    await worker.write('returns', { returnId: '1' });
    await worker.run();
    await eventually(async () =>
      expect(await worker.deadLetters('returns')).toMatchObject([
        {
          causeCode: 'MESSAGE.CONTRACT_BROKEN',
          causeDetail: 'there is no queue "returns"',
          body: '{"returnId":"1"}',
        },
      ]),
    );
  });

  it('makes a dead letter of a message that its queue would always refuse, and continues', async () => {
    await worker.write('restock', { restockOrderId: 'no uuid' });
    await worker.write('notifications', notification());
    await eventually(() => expect(worker.ses.requests.length).toBeGreaterThan(0));
    await eventually(async () =>
      expect(await worker.deadLetters('restock')).toMatchObject([
        { causeCode: 'MESSAGE.CONTRACT_BROKEN', body: '{"restockOrderId":"no uuid"}' },
      ]),
    );
  });
});
