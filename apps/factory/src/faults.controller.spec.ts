import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { CallbackReceiver } from './testing/callback-receiver.js';
import { FAULTLESS, TestFactory } from './testing/test-factory.js';

describe('/faults', () => {
  let factory: TestFactory;

  beforeEach(async () => {
    factory = await TestFactory.start();
  });

  afterEach(async () => factory.stop());

  it('shows the faults in force', async () => {
    expect(await factory.faults()).toEqual(FAULTLESS);
  });

  it('replaces the given fields and leaves the others', async () => {
    const answer = await factory.changeFaults({ failurePercent: 12.5, failureStatus: 429 });
    expect(answer.status).toBe(200);
    const expected = { ...FAULTLESS, failurePercent: 12.5, failureStatus: 429 };
    expect(await answer.json()).toEqual(expected);
    expect(await factory.faults()).toEqual(expected);
  });

  it('lists every fault of a change at once, and then changes nothing', async () => {
    const answer = await factory.changeFaults({
      latencyMs: 50,
      hangPercent: 101,
      latePercent: '5',
      failureStatus: 200,
      seed: 1.5,
      explodePercent: 1,
    });
    expect(answer.status).toBe(400);
    const { errors, ...rest } = (await answer.json()) as { errors: string[] };
    expect(rest).toEqual({ statusCode: 400, message: 'The request is not usable' });
    expect(errors.toSorted()).toEqual([
      'explodePercent is unknown',
      'failureStatus must be >= 400',
      'hangPercent must be <= 100',
      'latePercent must be number',
      'seed must be integer',
    ]);
    expect(await factory.faults()).toEqual(FAULTLESS);
  });

  it.each([[[]], ['percent'], [null], [7]])('refuses %j, which is not an object', async (body) => {
    expect((await factory.changeFaults(body as object)).status).toBe(400);
  });

  it('repeats the answers and callbacks of a run when the seed is set again', async () => {
    const receiver = await CallbackReceiver.start();
    const run = async () => {
      receiver.callbacks.length = 0;
      await factory.changeFaults({
        seed: 7,
        failurePercent: 30,
        dropAfterAcceptPercent: 20,
        partialPercent: 50,
        duplicatePercent: 20,
      });
      const outcomes: string[] = [];
      for (let order = 1; order <= 40; order++) {
        const fields = { MessageGroupId: `group-${order}`, CallbackUrl: receiver.url };
        outcomes.push(await factory.orderOutcome(fields));
      }
      await factory.settledOrders();
      return {
        outcomes,
        callbacks: receiver.callbacks.map((callback) => JSON.stringify(callback)).toSorted(),
      };
    };
    const first = await run();
    const second = await run();
    await receiver.stop();
    expect(new Set(first.outcomes)).toEqual(new Set(['201', '500', 'cut']));
    expect(second).toEqual(first);
  });
});
