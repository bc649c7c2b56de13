import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Message } from '@aws-sdk/client-sqs';
import { Injectable, type LoggerService, type Provider } from '@nestjs/common';
import { type TestingModule } from '@nestjs/testing';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../../runtime/src/testing/eventually.js';
import { type DeadLetterDelivery } from './delivery.js';
import {
  DELIVERY_FAILURE_RECORDER,
  type DeliveryFailure,
  type DeliveryFailureRecorder,
} from './delivery-failures.js';
import { RetryLaterError } from './errors.js';
import { QueueHandler } from './queue-handler.decorator.js';
import { QueuePublisher } from './queue-publisher.js';
import { type EmbeddedQueue, startEmbeddedQueue } from './testing/embedded-queue.js';
import {
  createWorker,
  probeConsumers,
  probeDeadLetters,
  type ProbeDelivery,
  probeHandler,
} from './testing/test-worker.js';

class StepByStepRecorder implements DeliveryFailureRecorder {
  readonly failures: DeliveryFailure[] = [];
  readonly forgotten: string[] = [];

  async recordFailure(failure: DeliveryFailure): Promise<void> {
    this.failures.push(failure);
  }

  async forget(messageId: string): Promise<void> {
    this.forgotten.push(messageId);
  }
}

describe('a handled queue', () => {
  let queue: EmbeddedQueue;
  let worker: TestingModule;
  let deliveries: ProbeDelivery[];
  let deadLetters: DeadLetterDelivery[];
  let recorder: StepByStepRecorder;
  let publisher: QueuePublisher;

  const start = async (
    handle: (delivery: ProbeDelivery) => Promise<void>,
    { extra, logger }: { extra?: Provider[]; logger?: LoggerService } = {},
  ) => {
    worker = await createWorker(
      probeConsumers(queue),
      [
        probeHandler((delivery) => {
          deliveries.push(delivery);
          return handle(delivery);
        }),
        probeDeadLetters((deadLetter) => deadLetters.push(deadLetter)),
        ...(extra ?? [{ provide: DELIVERY_FAILURE_RECORDER, useValue: recorder }]),
      ],
      logger,
    );
    await worker.init();
    publisher = worker.get(QueuePublisher);
  };

  beforeEach(async () => {
    deliveries = [];
    deadLetters = [];
    recorder = new StepByStepRecorder();
    queue = await startEmbeddedQueue({ maxReceiveCount: 2 });
    Object.assign(process.env, queue.environment);
  });

  afterEach(async () => {
    await worker.close();
    await queue.stop();
  });

  it('deletes a message that its handler dealt with, without a return value', async () => {
    await start(async () => {});
    const messageId = await publisher.publish('probe', { input: 20 });
    await eventually(async () => deliveries.length > 0 && (await queue.count('probe')) === 0);

    expect(deliveries).toEqual([
      expect.objectContaining({ messageId, queue: 'probe', receiveCount: 1, message: { input: 20 } }),
    ]);
    expect(Date.now() - deliveries[0]!.sentAt.getTime()).toBeLessThan(10_000);
    expect(recorder).toMatchObject({ failures: [], forgotten: [] });
  });

  it('returns the message to delete explicitly, and does not rely on undefined', async () => {
    @Injectable()
    class Handler {
      @QueueHandler('probe')
      async receive(delivery: ProbeDelivery): Promise<void> {
        deliveries.push(delivery);
      }
    }
    await start(async () => {});
    const message: Message = { MessageId: '1', Body: '{"input":1}' };
    expect(await new Handler().receive(message as never)).toBe(message);
  });

  it('hands the trace context of the sender to the handler', async () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    await start(async () => {});
    await publisher.publish('probe', { input: 1 }, { traceparent });
    await publisher.publishBatch('probe', [{ id: 'a', message: { input: 2 }, traceparent }]);
    await eventually(() => deliveries.length === 2);
    expect(deliveries.map((delivery) => delivery.traceparent)).toEqual([traceparent, traceparent]);
  });

  it('brings a failed message back after the retry delay, and forgets the failure once it succeeds', async () => {
    const attemptedAt: number[] = [];
    await start(async () => {
      attemptedAt.push(Date.now());
      if (attemptedAt.length === 1) throw new Error('the factory is closed');
    });
    const messageId = await publisher.publish('probe', { input: 1 });
    await eventually(() => attemptedAt.length > 0);
    expect(await queue.count('probe')).toBe(1);

    await eventually(async () => attemptedAt.length === 2 && (await queue.count('probe')) === 0);
    const delayMs = attemptedAt[1]! - attemptedAt[0]!;
    expect(delayMs).toBeGreaterThanOrEqual(900);
    expect(delayMs).toBeLessThan(3_500);
    expect(deliveries.map(({ receiveCount }) => receiveCount)).toEqual([1, 2]);

    await eventually(() => recorder.forgotten.length > 0);
    expect(recorder.forgotten).toEqual([messageId]);
    expect(recorder.failures).toEqual([
      {
        queue: 'probe',
        messageId,
        receiveCount: 1,
        code: 'Error',
        detail: 'the factory is closed',
        failedAt: expect.any(Date),
      },
    ]);
  });

  it('lets a handler say itself when the message comes back', async () => {
    const attemptedAt: number[] = [];
    await start(async () => {
      attemptedAt.push(Date.now());
      if (attemptedAt.length === 1) throw new RetryLaterError('the breaker is open', 3);
    });
    await publisher.publish('probe', { input: 1 });
    await eventually(() => attemptedAt.length === 2);
    expect(attemptedAt[1]! - attemptedAt[0]!).toBeGreaterThanOrEqual(2_900);
  });

  it('hands a message that used up its attempts to the dead-letter handler, by the same id', async () => {
    await start(async () => {
      throw Object.assign(new Error('x'.repeat(600)), { code: 'FACTORY.UNAVAILABLE' });
    });
    const messageId = await publisher.publish('probe', { input: 1 }, { traceparent: 'trace' });
    await eventually(async () => deadLetters.length > 0 && (await queue.count('probe-dlq')) === 0);

    expect(deliveries.map((delivery) => delivery.messageId)).toEqual([messageId, messageId]);
    expect(deadLetters).toEqual([
      expect.objectContaining({
        messageId,
        queue: 'probe',
        body: '{"input":1}',
        attributes: { traceparent: 'trace' },
      }),
    ]);
    expect(deadLetters[0]!.sentAt.getTime()).toBeLessThanOrEqual(deadLetters[0]!.firstReceivedAt.getTime());
    expect(recorder.failures.map(({ code, detail, receiveCount }) => [code, detail, receiveCount])).toEqual([
      ['FACTORY.UNAVAILABLE', 'x'.repeat(500), 1],
      ['FACTORY.UNAVAILABLE', 'x'.repeat(500), 2],
    ]);
    expect(recorder.forgotten).toEqual([]);
  });

  it('keeps bodies that break the contract from the handler, and ends them as dead letters', async () => {
    await start(async () => {});
    await queue.send('probe', '{"input":"one"}');
    await queue.send('probe', 'no JSON, but a secret');
    await eventually(() => deadLetters.length === 2);

    expect(deliveries).toEqual([]);
    expect(deadLetters.map(({ body }) => body).sort()).toEqual(['no JSON, but a secret', '{"input":"one"}']);
    expect(new Set(recorder.failures.map(({ code }) => code))).toEqual(new Set(['MESSAGE.CONTRACT_BROKEN']));
    expect(JSON.stringify(recorder.failures)).not.toMatch(/secret/);
  });

  it('counts a handler that takes too long as a failure, though it ends well in the end', async () => {
    await start(() => sleep(4_000));
    const messageId = await publisher.publish('probe', { input: 1 });
    await eventually(() => deadLetters.length === 1, 20_000);
    expect(recorder.failures.map(({ code }) => code)).toEqual(['HANDLER.TIMEOUT', 'HANDLER.TIMEOUT']);
    expect(recorder.failures[0]).toMatchObject({ messageId, detail: 'no outcome within 2500 ms' });
  });

  it('goes by the handler alone when the recorder fails, or there is none', async () => {
    const broken = {
      recordFailure: () => Promise.reject(new Error('the database is away')),
      forget: () => {
        throw new Error('the database is still away');
      },
    };
    for (const extra of [[{ provide: DELIVERY_FAILURE_RECORDER, useValue: broken }], []]) {
      await start(
        async ({ receiveCount }) => {
          if (receiveCount === 1) throw new Error('once');
        },
        { extra, logger: silentLogger([]) },
      );
      await publisher.publish('probe', { input: 1 });
      await eventually(async () => deliveries.length === 2 && (await queue.count('probe')) === 0);
      deliveries = [];
      await worker.close();
    }
    expect(deadLetters).toEqual([]);
  });

  it('logs each failure in one line that names the message and holds nothing of its body', async () => {
    const lines: unknown[] = [];
    await start(
      async () => {
        throw new Error('refused');
      },
      { logger: silentLogger(lines) },
    );
    const messageId = await publisher.publish('probe', { input: 987_654_321 });
    await eventually(() => deadLetters.length === 1);

    const failed = lines.filter((line) => (line as { message?: string }).message === 'Delivery failed');
    expect(failed).toEqual(
      [1, 2].map((receiveCount) => ({
        message: 'Delivery failed',
        queue: 'probe',
        messageId,
        receiveCount,
        code: 'Error',
        detail: 'refused',
      })),
    );
    expect(JSON.stringify(lines)).not.toMatch(/987654321/);
  });
});

function silentLogger(lines: unknown[]): LoggerService {
  const keep = (line: unknown) => void lines.push(line);
  return { log: () => {}, error: keep, warn: keep };
}
