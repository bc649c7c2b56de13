import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Factory } from '../product/factory.entity.js';
import { FactoryWaitService } from '../restock/factory-wait.service.js';
import {
  type FactoryFault,
  type FactoryGuard,
  RestockAttemptService,
} from '../restock/restock-attempt.service.js';
import { RestockService } from '../restock/restock.service.js';
import { SettableClock } from '../testing/settable-clock.js';
import { TEST_DATABASES } from '../testing/test-database.js';
import { Warehouse } from '../testing/warehouse.js';
import { ReceivingService } from './receiving.service.js';

/** Of the warehouse's factory, which promises 10 s: goods within 2.5 s are implausible. */
const PROMISED_SECONDS = 10;
const USUAL: Partial<Factory> = {
  adapter: 'legacy-http',
  leadTimeSeconds: PROMISED_SECONDS,
  leadTimeQuantiles: null,
  leadTimeCorrection: null,
  leadTimeP50Seconds: null,
};
const HOUR_MS = 3_600_000;

const guard: FactoryGuard = {
  ...{ concurrency: 2, burst: 100, callsPerMinute: 6_000 },
  ...{ failureThreshold: 100, probeIntervalMs: HOUR_MS, retryMs: HOUR_MS },
};
const REFUSED: FactoryFault = { cause: 'FACTORY.REFUSED: the factory answered 503', mayBeOrdered: false };
const LOST: FactoryFault = { cause: 'FACTORY.TIMEOUT: no answer', mayBeOrdered: true };

describe.each(TEST_DATABASES)('goods that come implausibly early, on %s', (kind) => {
  let warehouse: Warehouse;
  let clock: SettableClock;
  let attempts: RestockAttemptService;
  let orders = 0;

  beforeAll(async () => {
    clock = new SettableClock();
    warehouse = await Warehouse.open(kind, 10, clock);
    attempts = warehouse.get(RestockAttemptService);
  });
  afterEach(async () => {
    await changeFactory(USUAL);
    const differences = await warehouse.differences();
    // Nothing relays the outbox here, and the clock is moved by hours.
    expect(differences.filter(({ invariant }) => !invariant.startsWith('no '))).toEqual([]);
  });
  afterAll(() => warehouse.close());

  const changeFactory = (change: Partial<Factory>) =>
    warehouse.dataSource.manager.update(Factory, { id: 'FF-1' }, change);

  async function requested(): Promise<string> {
    orders += 1;
    return (await warehouse.openRestockOrder(`EARLY-${orders}`, 10)).id;
  }

  async function ordered(): Promise<string> {
    const id = await requested();
    await accept(id);
    return id;
  }

  async function claim(id: string) {
    const outcome = await attempts.claim(id, 5_000, { guard });
    if (outcome.kind !== 'CLAIMED') throw new Error(`The claim is ${outcome.kind}.`);
    return outcome.order;
  }

  async function accept(id: string): Promise<void> {
    await claim(id);
    await attempts.recordOrdered(id);
  }

  /** An attempt that fails, after which the order waits for an hour and is asked for again. */
  async function failAndWait(id: string, fault: FactoryFault): Promise<void> {
    await attempts.recordFactoryFault(await claim(id), fault, guard);
    clock.advance(HOUR_MS);
    await warehouse.get(FactoryWaitService).release(guard);
  }

  async function deliver(id: string, quantity = 10, deliveryFingerprint = 'only delivery'): Promise<string> {
    const { sku, factoryId } = await warehouse.restockOrder(id);
    const delivery = { restockOrderId: id, sku, factoryId, quantity, deliveryFingerprint };
    return (await warehouse.get(ReceivingService).receive(delivery)).kind;
  }

  const mails = async (id: string) =>
    (await warehouse.outbox('notifications')).filter(
      ({ kind, facts }) =>
        kind === 'GOODS_EARLY' && (facts as { restockOrderId: string }).restockOrderId === id,
    );
  const steps = async (id: string) => (await warehouse.get(RestockService).get(id)).timeline;

  it('are taken, alert the operators, and show in the timeline', async () => {
    const id = await ordered();
    clock.advance(2_499);
    expect(await deliver(id)).toBe('APPLIED');
    const { sku } = await warehouse.restockOrder(id);
    expect(await mails(id)).toMatchObject([
      {
        audience: 'OPERATORS',
        facts: {
          ...{ restockOrderId: id, sku, factoryId: 'FF-1', quantity: 10 },
          ...{ elapsedSeconds: 2, usualSeconds: PROMISED_SECONDS },
        },
      },
    ]);
    expect((await steps(id)).slice(1)).toMatchObject([
      { kind: 'ORDERED' },
      { kind: 'GOODS_EARLY', detail: '10 units came 2 s after the order, where 10 s are usual' },
      { kind: 'GOODS_RECEIVED' },
      { kind: 'RECEIVED' },
    ]);
    expect(await warehouse.level(sku)).toMatchObject({ onHand: 10 });
  });

  it('alert once for an order, however many parts and repeats come', async () => {
    const id = await ordered();
    for (const part of ['one', 'two', 'one', 'two']) await deliver(id, 3, part);
    await Promise.all([deliver(id, 4, 'three'), deliver(id, 4, 'three')]);
    expect(await deliver(id, 1, 'too many')).toBe('REFUSED');
    expect(await mails(id)).toHaveLength(1);
    expect((await steps(id)).filter(({ kind }) => kind === 'GOODS_EARLY')).toHaveLength(1);
  });

  it.each<[string, number, Partial<Factory>]>([
    ['as fast as promised', PROMISED_SECONDS * 1_000, {}],
    ['at four times the speed', 2_500, {}],
    ['as fast as promised, from a factory that was slow before', 10_000, { leadTimeP50Seconds: 1_000 }],
    ['faster than promised, from a factory that always is', 1_000, { leadTimeP50Seconds: 4 }],
    ['at once, from a factory whose lead time is too short to tell', 0, { leadTimeSeconds: 3 }],
    ['at once, from a factory that is that fast', 0, { leadTimeP50Seconds: 1 }],
  ])('are not those that come %s', async (_, afterMs, factory) => {
    await changeFactory({ ...USUAL, ...factory });
    const id = await ordered();
    clock.advance(afterMs);
    expect(await deliver(id)).toBe('APPLIED');
    expect(await mails(id)).toEqual([]);
    expect((await steps(id)).map((step) => step.kind)).not.toContain('GOODS_EARLY');
  });

  it('are held to the median of what was observed, where the factory is faster than it promises', async () => {
    await changeFactory({ leadTimeSeconds: 3_600, leadTimeP50Seconds: 600 });
    const [early, fast] = [await ordered(), await ordered()];
    clock.advance(149_000);
    await deliver(early);
    clock.advance(1_000);
    await deliver(fast);
    expect(await mails(early)).toMatchObject([{ facts: { elapsedSeconds: 149, usualSeconds: 600 } }]);
    expect(await mails(fast)).toEqual([]);
  });

  describe('are measured', () => {
    it('from the request, where they come before the answer of the factory', async () => {
      const id = await requested();
      await claim(id);
      clock.advance(1_000);
      await deliver(id);
      expect(await mails(id)).toMatchObject([{ facts: { elapsedSeconds: 1 } }]);
    });

    it('from the acceptance of an order that waited for its factory', async () => {
      const id = await requested();
      await failAndWait(id, REFUSED);
      await accept(id);
      clock.advance(1_000);
      await deliver(id);
      expect(await mails(id)).toMatchObject([{ facts: { elapsedSeconds: 1 } }]);
    });

    it('from the last refusal of the factory, where they come before its answer', async () => {
      const id = await requested();
      await failAndWait(id, REFUSED);
      await attempts.recordFactoryFault(await claim(id), REFUSED, guard);
      clock.advance(1_000);
      await deliver(id);
      expect(await mails(id)).toMatchObject([{ facts: { elapsedSeconds: 1 } }]);
    });

    it('from the request, where the answer to an earlier attempt was lost', async () => {
      const id = await requested();
      await failAndWait(id, LOST);
      await accept(id);
      await deliver(id);
      expect(await mails(id)).toEqual([]);
    });

    it('from the request, where the worker of an earlier attempt died', async () => {
      const id = await requested();
      await claim(id);
      clock.advance(HOUR_MS);
      expect(await attempts.claim(id, 5_000, { guard })).toMatchObject({ kind: 'WAITING' });
      await deliver(id);
      expect(await mails(id)).toEqual([]);
    });

    it('from the request, where a factory behind a webhook may have had the order before', async () => {
      await changeFactory({ adapter: 'webhook' });
      const id = await requested();
      await failAndWait(id, REFUSED);
      await accept(id);
      await deliver(id);
      expect(await mails(id)).toEqual([]);
    });

    it('from the request, where orders do not wait and a call without an answer is only a failed attempt', async () => {
      const id = await requested();
      await attempts.recordFactoryFault(await claim(id), LOST);
      clock.advance(HOUR_MS);
      await accept(id);
      await deliver(id);
      expect(await mails(id)).toEqual([]);
    });
  });
});
