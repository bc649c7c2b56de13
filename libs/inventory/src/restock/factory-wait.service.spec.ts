import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { CircuitService } from '../circuit/circuit.service.js';
import { Database } from '../database/database.js';
import { OutboxMessage } from '../outbox/outbox-message.entity.js';
import { Factory } from '../product/factory.entity.js';
import { SettableClock } from '../testing/settable-clock.js';
import { TEST_DATABASES } from '../testing/test-database.js';
import { Warehouse } from '../testing/warehouse.js';
import { FactoryWaitService } from './factory-wait.service.js';
import { factoryCircuit } from './factory-circuit.js';
import { type FactoryGuard, RestockAttemptService } from './restock-attempt.service.js';
import { type RestockOrder } from './restock-order.entity.js';
import { RestockProgressService } from './restock-progress.service.js';

const LEASE_MS = 10_000;
const PROBE_INTERVAL_MS = 30_000;

const guard: FactoryGuard = {
  concurrency: 2,
  burst: 100,
  callsPerMinute: 6_000,
  failureThreshold: 2,
  probeIntervalMs: PROBE_INTERVAL_MS,
  retryMs: 5_000,
};

const FAULT = { cause: 'FACTORY.REFUSED: the factory answered 500', mayBeOrdered: false };
const LOST = { cause: 'FACTORY.TIMEOUT: no answer', mayBeOrdered: true };

describe.each(TEST_DATABASES)('orders that wait for their factory, on %s', (kind) => {
  let warehouse: Warehouse;
  let clock: SettableClock;
  let attempts: RestockAttemptService;
  let waits: FactoryWaitService;

  beforeEach(async () => {
    clock = new SettableClock();
    warehouse = await Warehouse.open(kind, 10, clock);
    attempts = warehouse.get(RestockAttemptService);
    waits = warehouse.get(FactoryWaitService);
  });

  afterEach(() => warehouse.close());

  const later = (ms: number) => new Date(clock.localNow().getTime() + ms);
  const claim = (id: string, messageId = `message of ${id}`) =>
    attempts.claim(id, LEASE_MS, { messageId, guard });
  const messages = async (queue: string) =>
    (await warehouse.dataSource.manager.findBy(OutboxMessage, { queue })).map(({ payload }) => payload);
  const circuit = async () =>
    (await warehouse.get(CircuitService).list()).find(({ name }) => name === factoryCircuit('FF-1'));

  async function claimed(id: string): Promise<RestockOrder> {
    const outcome = await claim(id);
    if (outcome.kind !== 'CLAIMED') throw new Error(`The claim is ${outcome.kind}.`);
    return outcome.order;
  }

  async function fail(id: string, fault: Parameters<RestockAttemptService['recordFactoryFault']>[1] = FAULT) {
    await attempts.recordFactoryFault(await claimed(id), fault, guard);
  }

  async function openOrders(...skus: string[]): Promise<string[]> {
    const ids: string[] = [];
    for (const sku of skus) ids.push((await warehouse.openRestockOrder(sku, 100)).id);
    return ids;
  }

  it('wait after a fault, and are asked for again by a message of their own', async () => {
    const [id] = await openOrders('CP-1');
    await fail(id!);
    expect(await warehouse.restockOrder(id!)).toMatchObject({
      status: 'WAITING_FOR_FACTORY',
      attempts: 1,
      nextAttemptAt: later(5_000),
      waitingSince: later(0),
      lastError: FAULT.cause,
      attemptUntil: null,
    });
    expect(await waits.release(guard)).toBe(0);
    clock.advance(5_000);
    const before = (await messages('restock')).length;
    expect(await waits.release(guard)).toBe(1);
    expect(await waits.release(guard)).toBe(0);
    expect((await messages('restock')).slice(before)).toEqual([{ restockOrderId: id }]);
    expect(await warehouse.restockOrder(id!)).toMatchObject({ status: 'REQUESTED', nextAttemptAt: null });
    expect(await claim(id!, 'the second message')).toMatchObject({ kind: 'CLAIMED' });
  });

  it('wait without a call while the factory is away, but for a probe an interval', async () => {
    const ids = await openOrders('CP-1', 'CP-2', 'CP-3', 'CP-4');
    await fail(ids[0]!);
    await fail(ids[1]!);
    expect(await circuit()).toMatchObject({ state: 'OPEN', failures: 2 });
    expect(await claim(ids[2]!)).toMatchObject({ kind: 'WAITING', until: later(PROBE_INTERVAL_MS) });
    expect(await warehouse.restockOrder(ids[2]!)).toMatchObject({
      status: 'WAITING_FOR_FACTORY',
      attempts: 0,
    });
    clock.advance(PROBE_INTERVAL_MS - 1);
    expect(await waits.release(guard)).toBe(0);
    clock.advance(1);
    // Several workers look at the same moment.
    const released = await Promise.all([1, 2, 3].map(() => waits.release(guard)));
    expect(released.sort()).toEqual([0, 0, 1]);
    expect(await claim(ids[3]!)).toMatchObject({ kind: 'WAITING' });
    expect(await claim(ids[0]!, 'the probe')).toMatchObject({ kind: 'CLAIMED' });
  });

  it('follow at once when one was accepted', async () => {
    const ids = await openOrders('CP-1', 'CP-2', 'CP-3');
    await fail(ids[0]!);
    await fail(ids[1]!);
    await claim(ids[2]!);
    clock.advance(PROBE_INTERVAL_MS);
    await waits.release(guard);
    await claimed(ids[0]!);
    await attempts.recordOrdered(ids[0]!);
    expect(await circuit()).toMatchObject({ state: 'CLOSED', failures: 0, reason: null });
    expect(await waits.release(guard)).toBe(2);
    expect(await warehouse.restockOrder(ids[0]!)).toMatchObject({ status: 'ORDERED', waitingSince: null });
  });

  it('follow when the factory refused one for its own sake, too: it is there', async () => {
    const ids = await openOrders('CP-1', 'CP-2');
    await fail(ids[0]!);
    await fail(ids[1]!);
    clock.advance(PROBE_INTERVAL_MS);
    await waits.release(guard);
    const { attemptUntil } = await claimed(ids[0]!);
    await attempts.recordFault(ids[0]!, 'FACTORY.REFUSED: the factory answered 422', attemptUntil);
    expect(await circuit()).toMatchObject({ state: 'CLOSED' });
    expect(await warehouse.restockOrder(ids[0]!)).toMatchObject({ status: 'REQUESTED' });
    expect(await waits.release(guard)).toBe(1);
  });

  it('are not more at a time than the factory takes, of all workers', async () => {
    const ids = await openOrders('CP-1', 'CP-2', 'CP-3', 'CP-4');
    const outcomes = await Promise.all(ids.map((id) => claim(id)));
    expect(outcomes.map(({ kind }) => kind).sort()).toEqual(['CLAIMED', 'CLAIMED', 'WAITING', 'WAITING']);
    const first = outcomes.findIndex(({ kind }) => kind === 'CLAIMED');
    await attempts.recordOrdered(ids[first]!);
    clock.advance(1_000);
    expect(await waits.release(guard)).toBe(2);
    const waiting = ids.filter((_, index) => outcomes[index]!.kind === 'WAITING');
    const again = await Promise.all(waiting.map((id) => claim(id, 'again')));
    expect(again.map(({ kind }) => kind).sort()).toEqual(['CLAIMED', 'WAITING']);
    // A wait for a place is none for an outage, which has a limit.
    expect((await warehouse.restockOrder(waiting[0]!)).waitingSince).toBeNull();
  });

  it('are not more in a minute than the factory takes, of all workers', async () => {
    const slow = { ...guard, callsPerMinute: 60, burst: 1 };
    const [first, second] = await openOrders('CP-1', 'CP-2');
    expect(await attempts.claim(first!, LEASE_MS, { guard: slow })).toMatchObject({ kind: 'CLAIMED' });
    expect(await attempts.claim(second!, LEASE_MS, { guard: slow })).toMatchObject({
      kind: 'WAITING',
      until: later(1_000),
    });
  });

  it('that may have been accepted are left alone until their goods should be there', async () => {
    const [id] = await openOrders('CP-1');
    await warehouse.dataSource.manager.update(Factory, 'FF-1', { leadTimeSeconds: 60 });
    await fail(id!, LOST);
    expect(await warehouse.restockOrder(id!)).toMatchObject({
      status: 'UNCONFIRMED',
      nextAttemptAt: later(90_000),
    });
    // Another order proves that the factory is there. That says nothing of this one.
    const [other] = await openOrders('CP-2');
    await claimed(other!);
    await attempts.recordOrdered(other!);
    expect(await warehouse.restockOrder(id!)).toMatchObject({ nextAttemptAt: later(90_000) });
    clock.advance(89_999);
    expect(await waits.release(guard)).toBe(0);
    clock.advance(1);
    expect(await waits.release(guard)).toBe(1);
  });

  it('that were asked for by a worker that died may have been accepted, too', async () => {
    const [id] = await openOrders('CP-1');
    await claimed(id!);
    clock.advance(LEASE_MS);
    expect(await claim(id!)).toEqual({ kind: 'BUSY' });
    clock.advance(1);
    expect(await claim(id!)).toMatchObject({ kind: 'WAITING', until: later(15_000) });
    expect(await warehouse.restockOrder(id!)).toMatchObject({
      status: 'UNCONFIRMED',
      attempts: 1,
      attemptUntil: null,
      lastError: 'the worker that asked the factory died',
    });
  });

  it('that may have been accepted are asked for once more before they are given up', async () => {
    const [id] = await openOrders('CP-1');
    await warehouse.dataSource.manager.update(Factory, 'FF-1', { leadTimeSeconds: 100_000 });
    await fail(id!, LOST);
    clock.advance(150_000_000);
    expect(await waits.expired(86_400_000)).toEqual([]);
    expect(await waits.release(guard)).toBe(1);
    await fail(id!, LOST);
    clock.advance(149_999_999);
    expect(await waits.expired(86_400_000)).toEqual([]);
    clock.advance(1);
    expect(await waits.expired(86_400_000)).toMatchObject([{ id }]);
  });

  it('have a limit from the beginning of the outage, also those that were not tried', async () => {
    const ids = await openOrders('CP-1', 'CP-2', 'CP-3');
    const first = await claimed(ids[0]!);
    const second = await claimed(ids[1]!);
    expect(await claim(ids[2]!)).toMatchObject({ kind: 'WAITING' });
    expect((await warehouse.restockOrder(ids[2]!)).waitingSince).toBeNull();
    await attempts.recordFactoryFault(first, FAULT, guard);
    await attempts.recordFactoryFault(second, FAULT, guard);
    expect(await warehouse.restockOrder(ids[2]!)).toMatchObject({ waitingSince: later(0) });
    clock.advance(PROBE_INTERVAL_MS);
    await waits.release(guard);
    await claimed(ids[2]!);
    await attempts.recordOrdered(ids[2]!);
    // The outage is over, and so is the wait for it.
    expect(await warehouse.restockOrder(ids[0]!)).toMatchObject({ waitingSince: null });
  });

  it('keep the attempts of their message while the factory is busy', async () => {
    const ids = await openOrders('CP-1', 'CP-2', 'CP-3');
    const { attemptUntil } = await claimed(ids[0]!);
    await attempts.recordFault(ids[0]!, 'FACTORY.REFUSED: the factory answered 422', attemptUntil);
    await claimed(ids[1]!);
    await claimed(ids[2]!);
    // Two calls are under way, as many as the factory takes. Waiting would give a new message three receives again.
    expect(await claim(ids[0]!)).toMatchObject({ kind: 'CLAIMED', order: { attempts: 2 } });
  });

  it('are complete when an older version has taken their goods, and are not asked for', async () => {
    const [id] = await openOrders('CP-1');
    await fail(id!);
    await warehouse.dataSource.query('UPDATE restock_order SET received_quantity = quantity');
    clock.advance(5_000);
    await waits.release(guard);
    expect(await claim(id!)).toEqual({ kind: 'SETTLED' });
    expect(await warehouse.restockOrder(id!)).toMatchObject({ status: 'RECEIVED', openSku: null });
  });

  it('are found when they have waited for longer than the limit, and not before', async () => {
    const [id] = await openOrders('CP-1');
    await fail(id!);
    clock.advance(60_000);
    await waits.release(guard);
    await fail(id!);
    clock.advance(40_000);
    expect(await waits.expired(100_000)).toEqual([]);
    clock.advance(1);
    expect(await waits.expired(100_000)).toMatchObject([{ id }]);
  });

  it('may be given up, and then their SKU can have another one', async () => {
    const [id] = await openOrders('CP-1');
    await fail(id!);
    const cancelled = await warehouse.get(RestockProgressService).cancel(id!, 'kim', 'enough');
    expect(cancelled).toMatchObject({ status: 'CANCELLED', openSku: null, nextAttemptAt: null });
    clock.advance(60_000);
    expect(await waits.release(guard)).toBe(0);
  });

  it('drop the copies of a message while another one asks for the order', async () => {
    const [id] = await openOrders('CP-1');
    const { attemptUntil } = await claimed(id!);
    expect(await claim(id!, 'a copy')).toEqual({ kind: 'SETTLED' });
    await attempts.recordFault(id!, 'FACTORY.REFUSED', attemptUntil);
    expect(await claim(id!, 'a copy')).toEqual({ kind: 'SETTLED' });
    expect(await claim(id!)).toMatchObject({ kind: 'CLAIMED' });
  });

  it('lock the circuit once for all workers, though none of them has seen it', async () => {
    const database = warehouse.get(Database);
    const circuits = warehouse.get(CircuitService);
    const locked = await Promise.all(
      [1, 2, 3, 4].map(() =>
        database.write(async (manager) => {
          const found = await circuits.lock(manager, 'new');
          await circuits.save(manager, { ...found, failures: found.failures + 1 });
        }),
      ),
    );
    expect(locked).toHaveLength(4);
    expect((await circuits.list()).find(({ name }) => name === 'new')).toMatchObject({ failures: 4 });
  });
});
