import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '../../../libs/runtime/src/testing/eventually.js';
import { CallbackReceiver } from './testing/callback-receiver.js';
import { TestFactory } from './testing/test-factory.js';

describe('the faults of the factory', () => {
  let factory: TestFactory;
  let receiver: CallbackReceiver;
  const order = (signal?: AbortSignal) => factory.order({ CallbackUrl: receiver.url }, signal);

  beforeEach(async () => {
    receiver = await CallbackReceiver.start();
    factory = await TestFactory.start();
  });

  afterEach(async () => {
    await factory.stop();
    await receiver.stop();
  });

  it('fails with the configured status, and produces nothing', async () => {
    await factory.changeFaults({ failurePercent: 100, failureStatus: 502 });
    const answer = await order();
    expect(answer.status).toBe(502);
    expect(await answer.json()).toEqual({ statusCode: 502, message: 'The factory has a fault', errors: [] });
    expect(await factory.orders()).toEqual([]);
  });

  it('delays every answer by the latency', async () => {
    await factory.changeFaults({ latencyMs: 60 });
    const before = performance.now();
    await order();
    // Timers may fire a millisecond early.
    expect(performance.now() - before).toBeGreaterThanOrEqual(58);
  });

  it('refuses the third of three concurrent orders with 503 when the limit is two', async () => {
    await factory.changeFaults({ latencyMs: 600_000, concurrencyLimit: 2 });
    const client = new AbortController();
    const answers = [1, 2, 3].map(() => order(client.signal));
    const first = await Promise.race(answers);
    expect(first.status).toBe(503);
    expect(await first.json()).toEqual({ statusCode: 503, message: 'The factory is busy', errors: [] });
    client.abort();
    const outcomes = await Promise.allSettled(answers);
    expect(outcomes.filter(({ status }) => status === 'rejected')).toHaveLength(2);
  });

  it('hangs until the client gives up, counts towards the limit until then, and produces nothing', async () => {
    await factory.changeFaults({ hangPercent: 100, concurrencyLimit: 1 });
    const client = new AbortController();
    const answers = [order(client.signal), order(client.signal)];
    expect((await Promise.race(answers)).status).toBe(503);
    client.abort();
    await Promise.allSettled(answers);
    expect(await factory.orders()).toEqual([]);

    await factory.changeFaults({ hangPercent: 0 });
    await eventually(async () => (await order()).status === 201);
  });

  it('cuts hanging connections when it stops', async () => {
    await factory.changeFaults({ hangPercent: 100, concurrencyLimit: 1 });
    const hanging = order().catch((error: Error) => error.message);
    await eventually(
      async () => (await order(AbortSignal.timeout(1_000)).catch(() => undefined))?.status === 503,
    );
    await factory.stop();
    expect(await hanging).toBe('fetch failed');
  });

  it('accepts and produces an order although the connection is dropped instead of answered', async () => {
    await factory.changeFaults({ dropAfterAcceptPercent: 100 });
    await expect(order()).rejects.toThrow('fetch failed');
    expect(await factory.settledOrders()).toMatchObject([{ callbacks: [{ state: 'DELIVERED' }] }]);
    expect(receiver.callbacks).toHaveLength(1);
  });

  it('sends a duplicate that is identical to the first callback', async () => {
    await factory.changeFaults({ duplicatePercent: 100 });
    await order();
    expect(await factory.settledOrders()).toMatchObject([{ callbacks: [{ copy: 1 }, { copy: 2 }] }]);
    expect(receiver.callbacks).toHaveLength(2);
    expect(receiver.callbacks[1]).toEqual(receiver.callbacks[0]);
  });

  it('delivers in two different parts that add up', async () => {
    await factory.changeFaults({ partialPercent: 100, leadTimeMs: 40 });
    await order();
    await factory.settledOrders();
    expect(receiver.callbacks.map(({ MessageText }) => MessageText.split(', ')[1]).toSorted()).toEqual([
      'delivery 1 of 2',
      'delivery 2 of 2',
    ]);
    const counts = receiver.callbacks.map((callback) => Number(callback.MessageAttributeProductCnt));
    expect(counts[0]! + counts[1]!).toBe(10);
  });

  it('calls back after five lead times when late', async () => {
    await factory.changeFaults({ latePercent: 100, leadTimeMs: 30 });
    const before = performance.now();
    await order();
    await eventually(() => receiver.callbacks.length === 1);
    expect(performance.now() - before).toBeGreaterThanOrEqual(148);
  });

  it('delivers a later order before an out-of-order one', async () => {
    await factory.changeFaults({ outOfOrderPercent: 100, leadTimeMs: 3_600_000 });
    await order();
    await factory.changeFaults({ outOfOrderPercent: 0 });
    await order();
    const [later, earlier] = await factory.orders();
    expect(Date.parse(later!.callbacks[0]!.dueAt)).toBeLessThan(Date.parse(earlier!.callbacks[0]!.dueAt));
  });
});
