import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Test, type TestingModule } from '@nestjs/testing';
import { type AddressInfo, createServer } from 'node:net';
import { MessageContractError, QueueUnavailableError } from './errors.js';
import { MessagingModule } from './messaging.module.js';
import { type BatchEntry, QueuePublisher } from './queue-publisher.js';
import { type EmbeddedQueue, startEmbeddedQueue } from './testing/embedded-queue.js';

describe('QueuePublisher', () => {
  let queue: EmbeddedQueue;
  let module: TestingModule;
  let publisher: QueuePublisher;

  const publisherFor = async (urlPrefix: string): Promise<QueuePublisher> => {
    module = await Test.createTestingModule({
      imports: [MessagingModule.forRoot({ region: queue.region, queueUrlPrefix: urlPrefix })],
    }).compile();
    return module.get(QueuePublisher);
  };

  beforeEach(async () => {
    queue = await startEmbeddedQueue();
    Object.assign(process.env, queue.environment);
    publisher = await publisherFor(queue.urlPrefix);
  });

  afterEach(async () => {
    await module.close();
    await queue.stop();
  });

  it('refuses a message that breaks the contract of its queue, naming each fault and no value', async () => {
    const bad = { restockOrderId: 'secret-4711', quantity: 3 } as never;
    const refused = await publisher.publish('restock', bad).catch((error: unknown) => error);

    expect(refused).toBeInstanceOf(MessageContractError);
    const { faults, message, code } = refused as MessageContractError;
    expect(code).toBe('MESSAGE.CONTRACT_BROKEN');
    expect(faults).toHaveLength(2);
    expect(message).toMatch(/\/restockOrderId must match format "uuid"/);
    expect(message).not.toMatch(/4711/);
    expect(await queue.count('restock')).toBe(0);
  });

  it('answers with the id of a message that the queue has', async () => {
    expect(await publisher.publish('probe', { input: 1 })).toMatch(/^[0-9a-f-]{36}$/);
    expect(await queue.count('probe')).toBe(1);
  });

  it('sends more messages than one call takes', async () => {
    const entries = Array.from({ length: 23 }, (_, input): BatchEntry<'probe'> => ({
      id: `outbox/${input}`,
      message: { input },
    }));
    expect(await publisher.publishBatch('probe', entries)).toEqual({
      sent: entries.map(({ id }) => id),
      failed: [],
    });
    expect(await queue.count('probe')).toBe(23);
  });

  it('sends more bytes than one call allows, with any characters', async () => {
    const entries = Array.from({ length: 12 }, (_, index): BatchEntry<'notifications'> => ({
      id: String(index),
      message: {
        notificationId: '7b0e1f1e-3c0a-4b6f-9d1c-0a1b2c3d4e5f',
        kind: 'STOCK_RAN_OUT',
        audience: 'AD_MANAGER',
        // 120,000 bytes each, and the two characters that SQS refuses unless escaped.
        facts: { sku: 'CP-1', name: `${'도'.repeat(40_000)}\uFFFE\uFFFF`, restockOrderId: null },
      },
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    }));
    const { sent, failed } = await publisher.publishBatch('notifications', entries);
    expect(failed).toEqual([]);
    expect(sent).toHaveLength(12);
  });

  it('sends the sound messages of a batch and reports the broken one', async () => {
    const outcome = await publisher.publishBatch('probe', [
      { id: 'a', message: { input: 1 } },
      { id: 'b', message: { input: 'one' } as never },
      { id: 'c', message: { input: 3 } },
    ]);
    expect(outcome).toEqual({
      sent: ['a', 'c'],
      failed: [{ id: 'b', reason: expect.stringContaining('/input must be number'), retryable: false }],
    });
  });

  it('reports a queue that is down: by an error for one message, by the outcome for a batch', async () => {
    await queue.stop();
    const failure = await publisher.publish('probe', { input: 1 }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(QueueUnavailableError);
    expect(failure).toMatchObject({ code: 'QUEUE.UNAVAILABLE', queue: 'probe' });
    await expect(publisher.ping()).rejects.toThrow(QueueUnavailableError);

    const { sent, failed } = await publisher.publishBatch('probe', [
      { id: 'a', message: { input: 1 } },
      { id: 'b', message: { input: 2 } },
    ]);
    expect(sent).toEqual([]);
    expect(failed.map(({ id, retryable }) => [id, retryable])).toEqual([
      ['a', true],
      ['b', true],
    ]);
  });

  it('gives up on a queue that takes the connection and never answers', async () => {
    const silent = createServer(() => {});
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const endpoint = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
    process.env.AWS_ENDPOINT_URL_SQS = endpoint;
    await module.close();
    publisher = await publisherFor(`${endpoint}/000000000000/`);

    const startedAt = Date.now();
    await expect(publisher.publish('probe', { input: 1 })).rejects.toThrow(QueueUnavailableError);
    expect(Date.now() - startedAt).toBeLessThan(8_000);
    silent.close();
  });

  it('answers a ping while the queue is there', async () => {
    await expect(publisher.ping()).resolves.toBeUndefined();
  });
});
