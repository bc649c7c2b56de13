import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  type DynamicModule,
  Injectable,
  Module,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
  type OnModuleInit,
  type Provider,
} from '@nestjs/common';
import { type TestingModule } from '@nestjs/testing';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../../runtime/src/testing/eventually.js';
import { ConsumerControl } from './consumer-gate.js';
import { ConsumerHealth } from './consumer-health.js';
import { QueuePublisher } from './queue-publisher.js';
import { type EmbeddedQueue, startEmbeddedQueue } from './testing/embedded-queue.js';
import {
  createWorker,
  probeConsumers,
  probeDeadLetters,
  type ProbeDelivery,
  probeHandler,
} from './testing/test-worker.js';

describe('the consumers of a worker', () => {
  let queue: EmbeddedQueue;
  let worker: TestingModule | undefined;
  let events: string[];

  const create = async (
    handle: (delivery: ProbeDelivery) => Promise<void> = async () => {},
    { providers = [], imports }: { providers?: Provider[]; imports?: DynamicModule[] } = {},
  ): Promise<TestingModule> => {
    worker = await createWorker(
      probeConsumers(queue),
      [
        probeHandler(async (delivery) => {
          events.push(`received ${delivery.message.input}`);
          await handle(delivery);
        }),
        probeDeadLetters(),
        ...providers,
      ],
      { log: () => {}, warn: () => {}, error: (line) => events.push((line as { message: string }).message) },
      imports,
    );
    return worker;
  };

  beforeEach(async () => {
    worker = undefined;
    events = [];
    queue = await startEmbeddedQueue();
    Object.assign(process.env, queue.environment);
  });

  afterEach(async () => {
    await worker?.close();
    await queue.stop();
  });

  it('receive nothing before every part of the application is ready', async () => {
    @Injectable()
    class SlowPart implements OnModuleInit, OnApplicationBootstrap {
      async onModuleInit() {
        await sleep(700);
        events.push('initialised');
      }
      onApplicationBootstrap() {
        events.push('bootstrapped');
      }
    }
    const starting = await create(undefined, { providers: [SlowPart] });
    await queue.send('probe', '{"input":1}');
    await starting.init();
    await eventually(() => events.includes('received 1'));
    expect(events.indexOf('initialised')).toBe(0);
    expect(events.indexOf('received 1')).toBeGreaterThan(0);
  });

  it('finish the message in hand before the application closes, and delete it once', async () => {
    @Injectable()
    class Database implements OnApplicationShutdown {
      onApplicationShutdown() {
        events.push('database closed');
      }
    }
    const running = await create(
      async () => {
        await sleep(1_500);
        events.push('handled');
      },
      { providers: [Database] },
    );
    await running.init();
    await running.get(QueuePublisher).publish('probe', { input: 1 });
    await eventually(() => events.includes('received 1'));

    await running.close();
    expect(events).toEqual(['received 1', 'handled', 'database closed']);
    expect(await queue.count('probe')).toBe(0);
  });

  it('leave messages that arrive during the shutdown to the next process', async () => {
    const running = await create(() => sleep(1_500));
    await running.init();
    await running.get(QueuePublisher).publish('probe', { input: 1 });
    await eventually(() => events.includes('received 1'));
    const closing = running.close();
    await queue.send('probe', '{"input":2}');
    await closing;
    expect(events).toEqual(['received 1']);
    expect(await queue.count('probe')).toBe(1);
  });

  it('stop receiving while their queue is paused, and go on when it is resumed', async () => {
    const running = await create();
    await running.init();
    const control = running.get(ConsumerControl);
    await control.pause(['probe']);
    expect(await control.paused(['probe', 'restock'])).toEqual(['probe']);
    // The poll under way when the pause came is carried out.
    await sleep(1_200);
    await running.get(QueuePublisher).publish('probe', { input: 1 });
    await sleep(1_500);
    expect(events).toEqual([]);
    expect(await queue.count('probe')).toBe(1);

    await control.resume(['probe']);
    await eventually(() => events.includes('received 1'));
    await expect(control.pause(['restock'])).rejects.toThrow(/no consumer/);
  });

  it('stop promptly and without a word when they are paused', async () => {
    const running = await create();
    await running.init();
    await running.get(ConsumerControl).pause(['probe']);
    await sleep(1_200);
    const startedAt = Date.now();
    await running.close();
    expect(Date.now() - startedAt).toBeLessThan(3_500);
    expect(events).toEqual([]);
  });

  it('survive a queue that goes away, and receive again when it is back', async () => {
    const running = await create();
    await running.init();
    await queue.stop();
    await sleep(2_500);
    const failures = events.filter((event) => event === 'Queue request failed').length;
    expect(failures).toBeGreaterThan(0);
    // Two consumers, which pause between their polls instead of spinning.
    expect(failures).toBeLessThanOrEqual(8);

    queue = await startEmbeddedQueue({ port: queue.port });
    await queue.send('probe', '{"input":1}');
    await eventually(() => events.includes('received 1'), 15_000);
    expect(running.get(ConsumerHealth).oldestPollAgeMs()).toBeLessThan(5_000);
    await expect(running.get(ConsumerHealth).check()).resolves.toBeUndefined();
  });

  it('close cleanly when another part keeps the application from starting', async () => {
    @Injectable()
    class BrokenPart implements OnModuleInit {
      onModuleInit() {
        throw new Error('no database');
      }
    }
    @Module({ providers: [BrokenPart] })
    class BrokenModule {}
    @Module({})
    class OuterModule {}
    // Deep enough to be initialised between nestjs-sqs, which is global, and our own module.
    const inner = { module: OuterModule, imports: [BrokenModule] };
    const failing = await create(undefined, { imports: [{ module: OuterModule, imports: [inner] }] });

    await expect(failing.init()).rejects.toThrow('no database');
    await failing.close();
    expect(events).toEqual([]);
  });
});
