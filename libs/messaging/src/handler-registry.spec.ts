import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Injectable, type Provider } from '@nestjs/common';
import { type TestingModule } from '@nestjs/testing';
import { type ConsumerOptions } from './consumer-options.js';
import { ConsumerSetupError } from './errors.js';
import { QueueHandler } from './queue-handler.decorator.js';
import { type EmbeddedQueue, startEmbeddedQueue } from './testing/embedded-queue.js';
import { createWorker, probeConsumers, probeDeadLetters, probeHandler } from './testing/test-worker.js';

@Injectable()
class UnknownQueueHandler {
  @QueueHandler('parcels' as never)
  async receive(): Promise<void> {}
}

@Injectable()
class SecondProbeHandler {
  @QueueHandler('probe')
  async receiveToo(): Promise<void> {}
}

describe('the start of a worker', () => {
  let queue: EmbeddedQueue;
  let worker: TestingModule | undefined;
  const handle = jest.fn(async () => {});

  const faultsOf = async (providers: Provider[], changes?: Partial<ConsumerOptions>): Promise<string[]> => {
    try {
      worker = await createWorker(probeConsumers(queue, changes), providers, {
        log: () => {},
        warn: () => {},
        error: () => {},
      });
      await worker.init();
      return [];
    } catch (error) {
      if (!(error instanceof ConsumerSetupError)) throw error;
      return [...error.faults];
    }
  };

  beforeEach(async () => {
    worker = undefined;
    queue = await startEmbeddedQueue();
    Object.assign(process.env, queue.environment);
    await queue.send('probe', '{"input":1}');
  });

  afterEach(async () => {
    await worker?.close();
    expect(handle).not.toHaveBeenCalled();
    await queue.stop();
  });

  it('fails when a queue or a dead-letter queue has no handler, naming the decorator to add', async () => {
    expect(await faultsOf([])).toEqual([
      `Queue "probe" has no handler: add @QueueHandler('probe') to a method of a singleton provider.`,
      `Queue "probe-dlq" has no handler: add @DeadLetterHandler('probe') to a method of a singleton provider.`,
    ]);
  });

  it('fails when a queue has two handlers, naming both', async () => {
    expect(await faultsOf([probeHandler(handle), SecondProbeHandler, probeDeadLetters()])).toEqual([
      `Queue "probe" has 2 handlers: keep @QueueHandler('probe') on one of ProbeHandler.receive, SecondProbeHandler.receiveToo.`,
    ]);
  });

  it('fails when a handler names a queue that has no consumer', async () => {
    expect(await faultsOf([probeHandler(handle), probeDeadLetters(), UnknownQueueHandler])).toEqual([
      `UnknownQueueHandler.receive handles queue "parcels", which has no consumer: add it to MessagingModule.forConsumers(), or remove @QueueHandler('parcels').`,
    ]);
  });

  it('treats an alias as the same handler', async () => {
    handle.mockClear();
    const handler = probeHandler(async () => {});
    expect(
      await faultsOf([handler, { provide: 'alias', useExisting: handler as never }, probeDeadLetters()]),
    ).toEqual([]);
  });

  it('fails when times contradict each other, naming each', async () => {
    const faults = await faultsOf([probeHandler(handle), probeDeadLetters()], {
      queues: [{ queue: 'probe', concurrency: 11, handlerTimeoutMs: 4_000 }],
      waitSeconds: 21,
      retry: { firstDelaySeconds: 20, maxDelaySeconds: 10 },
    });
    expect(faults).toEqual([
      expect.stringMatching(/^probe: a concurrency of 11/),
      expect.stringMatching(
        /^probe: the handler timeout of 4000 ms must be above 0 and below the visibility timeout of 4 s/,
      ),
      expect.stringMatching(/^probe: the drain timeout of 10000 ms/),
      expect.stringMatching(/^probe-dlq: the drain timeout of 10000 ms/),
      expect.stringMatching(/^A poll's wait of 21 s/),
      expect.stringMatching(/^The first retry delay of 20 s/),
    ]);
  });
});
