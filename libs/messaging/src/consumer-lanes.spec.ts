import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { type TestingModule } from '@nestjs/testing';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../../runtime/src/testing/eventually.js';
import { ConsumerControl } from './consumer-gate.js';
import { type ConsumerOptions } from './consumer-options.js';
import { DeadLetterHandler, QueueHandler } from './queue-handler.decorator.js';
import { QueuePublisher } from './queue-publisher.js';
import { type EmbeddedQueue, startEmbeddedQueue } from './testing/embedded-queue.js';
import { createWorker, probeConsumers } from './testing/test-worker.js';

const SLOW = '00000000-0000-4000-8000-000000000000';
const LANES = 3;

describe('the lanes of a queue', () => {
  let queue: EmbeddedQueue;
  let worker: TestingModule;
  let release: () => void;
  let handled: string[];
  let underWay: number;
  let most: number;

  function options(lanes: number): ConsumerOptions {
    return probeConsumers(queue, {
      queues: [{ queue: 'restock', concurrency: 1, lanes, handlerTimeoutMs: 3_500 }],
      deadLetterQueues: [{ queue: 'restock', concurrency: 1, handlerTimeoutMs: 2_500 }],
    });
  }

  async function start(lanes: number): Promise<void> {
    const held = new Promise<void>((resolve) => (release = resolve));
    @Injectable()
    class Handler {
      @QueueHandler('restock')
      async receive({ message }: { message: { restockOrderId: string } }): Promise<void> {
        underWay += 1;
        most = Math.max(most, underWay);
        if (message.restockOrderId === SLOW) await held;
        underWay -= 1;
        handled.push(message.restockOrderId);
      }

      @DeadLetterHandler('restock')
      async record(): Promise<void> {
        // There are none.
      }
    }
    worker = await createWorker(options(lanes), [Handler]);
    await worker.init();
  }

  const idOf = (number: number) => `11111111-0000-4000-8000-00000000000${number}`;
  const send = (restockOrderId: string) => worker.get(QueuePublisher).publish('restock', { restockOrderId });

  beforeEach(async () => {
    queue = await startEmbeddedQueue();
    Object.assign(process.env, queue.environment);
    handled = [];
    underWay = 0;
    most = 0;
  });

  afterEach(async () => {
    release();
    await worker.close();
    await queue.stop();
  });

  it('go on while one of them has a slow message', async () => {
    await start(LANES);
    await send(SLOW);
    await eventually(() => expect(underWay).toBe(1));
    for (let number = 0; number < 6; number += 1) await send(idOf(number));
    await eventually(() => expect(handled).toHaveLength(6), 3_000);
    expect(underWay).toBe(1);
  }, 20_000);

  it('are as many as the options say', async () => {
    await start(LANES);
    for (let number = 0; number < 5; number += 1) await send(SLOW);
    await eventually(() => expect(underWay).toBe(LANES));
    await sleep(500);
    expect(most).toBe(LANES);
  }, 20_000);

  it('are paused and resumed together', async () => {
    await start(LANES);
    const control = worker.get(ConsumerControl);
    await control.pause(['restock']);
    // The polls under way end first.
    await sleep(1_500);
    await send(idOf(1));
    await sleep(1_500);
    expect(handled).toEqual([]);
    await control.resume(['restock']);
    await eventually(() => expect(handled).toHaveLength(1));
  }, 20_000);

  it('are not more than the queue allows', async () => {
    await start(1);
    await expect(createWorker(options(11), [])).rejects.toThrow('restock: 11 lanes is not one of 1 to 10.');
  });
});
