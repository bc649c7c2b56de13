import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createServer } from 'node:net';
import { CallbackSettings } from './callback-settings.js';
import { CallbackReceiver } from './testing/callback-receiver.js';
import { TestFactory } from './testing/test-factory.js';

describe('DeliverySchedule', () => {
  let factory: TestFactory;
  let receiver: CallbackReceiver;

  beforeEach(async () => {
    receiver = await CallbackReceiver.start();
    factory = await TestFactory.start();
  });

  afterEach(async () => {
    await factory.stop();
    await receiver.stop();
  });

  const callbackAfterAnswers = async (...answers: number[]) => {
    receiver.nextAnswers.push(...answers);
    await factory.order({ CallbackUrl: receiver.url });
    return (await factory.settledOrders())[0]!.callbacks[0]!;
  };

  it('tries five times over half a minute by default', () => {
    const { retryDelaysMs, timeoutMs } = new CallbackSettings();
    expect(retryDelaysMs).toHaveLength(4);
    expect(retryDelaysMs.reduce((sum, delayMs) => sum + delayMs)).toBe(30_000);
    expect(timeoutMs).toBe(10_000);
  });

  it('sends the same callback again while the answer is 5xx or 429', async () => {
    const callback = await callbackAfterAnswers(503, 429);
    expect(callback).toMatchObject({ state: 'DELIVERED', tries: 3, lastOutcome: 'answered 200' });
    expect(receiver.callbacks).toHaveLength(3);
    expect(receiver.callbacks[2]).toEqual(receiver.callbacks[0]);
  });

  it('gives up after its last try', async () => {
    const callback = await callbackAfterAnswers(500, 500, 500);
    expect(callback).toMatchObject({ state: 'GIVEN_UP', tries: 3, lastOutcome: 'answered 500' });
  });

  it.each([400, 401, 404, 410, 302])('gives up at once when the answer is %i', async (status) => {
    const callback = await callbackAfterAnswers(status);
    expect(callback).toMatchObject({ state: 'GIVEN_UP', tries: 1, lastOutcome: `answered ${status}` });
  });

  it('tries again when the receiver is down', async () => {
    const { url } = receiver;
    await receiver.stop();
    await factory.order({ CallbackUrl: url });
    const [order] = await factory.settledOrders();
    expect(order!.callbacks).toMatchObject([{ state: 'GIVEN_UP', tries: 3, lastOutcome: 'ECONNREFUSED' }]);
    receiver = await CallbackReceiver.start();
  });

  it('does not wait forever for a receiver that never answers', async () => {
    await factory.stop();
    factory = await TestFactory.start({}, { callbacks: new CallbackSettings(50, [10]) });
    const silent = createServer((socket) => socket.resume().on('error', () => undefined));
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as { port: number };
    await factory.order({ CallbackUrl: `http://127.0.0.1:${port}/` });
    const [order] = await factory.settledOrders();
    expect(order!.callbacks).toMatchObject([{ state: 'GIVEN_UP', tries: 2 }]);
    expect(order!.callbacks[0]!.lastOutcome).toMatch(/timeout/);
    await new Promise((resolve) => silent.close(resolve));
  });

  it('delivers many callbacks that are due at the same time', async () => {
    const orders = Array.from({ length: 100 }, () => factory.order({ CallbackUrl: receiver.url }));
    await Promise.all(orders);
    const settled = await factory.settledOrders();
    expect(settled).toHaveLength(100);
    expect(settled.every(({ callbacks }) => callbacks[0]!.state === 'DELIVERED')).toBe(true);
    expect(receiver.callbacks).toHaveLength(100);
  });
});
