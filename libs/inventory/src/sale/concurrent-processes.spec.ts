import { TimeoutError } from '#runtime';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { Database } from '../database/database.js';
import { buy, confirmed, fallbacksOf } from '../testing/buyers.js';
import { TEST_DATABASES } from '../testing/test-database.js';
import { Warehouse } from '../testing/warehouse.js';
import { LockingBatch } from './locking-batch.js';
import { type SaleOutcome } from './sale-request.js';

describe.each(TEST_DATABASES)('batches of two processes on %s', (kind) => {
  let warehouse: Warehouse;
  let other: Warehouse;

  beforeEach(async () => {
    warehouse = await Warehouse.open(kind);
    other = await warehouse.join();
    await warehouse.stockProduct('CP-1', 1_000);
    // The first sale of a SKU is always looked at.
    await buy(warehouse, 'CP-1');
    await buy(other, 'CP-1');
  });

  afterEach(async () => {
    jest.restoreAllMocks();
    expect(await warehouse.differences()).toEqual([]);
    await other.close();
    await warehouse.close();
  });

  const watchLock = () => jest.spyOn(warehouse.get(Database).multiStatement!, 'runUnderAdvisoryLock');

  it('sell exactly the units on hand together', async () => {
    const locked = kind === 'mysql' ? watchLock() : undefined;
    const buyer = async (shop: Warehouse): Promise<SaleOutcome[]> => {
      const outcomes: SaleOutcome[] = [];
      for (let index = 0; index < 30; index += 1) outcomes.push(await buy(shop, 'CP-1'));
      return outcomes;
    };
    const outcomes = await Promise.all(
      [warehouse, other].flatMap((shop) => [1, 2, 3, 4, 5].map(() => buyer(shop))),
    );
    expect(confirmed(outcomes.flat())).toHaveLength(300);
    expect(await warehouse.level('CP-1')).toMatchObject({ onHand: 698 });
    if (locked) expect(locked).toHaveBeenCalled();
  });

  if (kind !== 'mysql') return;

  /** Lets `warehouse` find that stock has moved between two batches of its own. */
  async function noticeOther(): Promise<void> {
    await buy(warehouse, 'CP-1');
    await buy(other, 'CP-1');
    await buy(warehouse, 'CP-1');
  }

  /** Whether `other` can acquire the lock, which it releases. */
  async function isLockFree(): Promise<boolean> {
    let isFree = false;
    await other.get(Database).multiStatement!.runUnderAdvisoryLock(async (hasLock) => {
      isFree = hasLock;
      return undefined;
    });
    return isFree;
  }

  it('take no lock while no other process sells', async () => {
    const locked = watchLock();
    for (let index = 0; index < 3; index += 1) await buy(warehouse, 'CP-1');
    expect(locked).not.toHaveBeenCalled();
  });

  it('take the lock while another process sells the same SKU, and no longer when it stops', async () => {
    const locked = watchLock();
    await noticeOther();
    expect(locked).not.toHaveBeenCalled();
    await buy(warehouse, 'CP-1');
    expect(locked).toHaveBeenCalledTimes(1);
    await buy(warehouse, 'CP-1');
    expect(locked).toHaveBeenCalledTimes(1);
  });

  it('release the lock before they are decided under row locks, and then take none', async () => {
    await noticeOther();
    const locked = watchLock();
    const fallbacks = fallbacksOf(warehouse);
    const locking = warehouse.get(LockingBatch);
    const commit = locking.commit.bind(locking);
    let isFreeUnderLocks = false;
    jest.spyOn(locking, 'commit').mockImplementation(async (...batch) => {
      isFreeUnderLocks = await isLockFree();
      return commit(...batch);
    });
    expect(await buy(warehouse, 'CP-1', 1_000)).toMatchObject({ kind: 'REFUSED' });
    expect(locked).toHaveBeenCalledTimes(1);
    expect(fallbacks).toEqual(['stock_unknown']);
    expect(isFreeUnderLocks).toBe(true);
    await buy(warehouse, 'CP-1');
    expect(locked).toHaveBeenCalledTimes(1);
  });

  it('release the lock when all of them are replays', async () => {
    const bought = await buy(warehouse, 'CP-1', 1, { idempotencyKey: 'key' });
    await noticeOther();
    const locked = watchLock();
    const again = await buy(warehouse, 'CP-1', 1, { idempotencyKey: 'key' });
    expect(again).toEqual({ ...bought, replayed: true });
    expect(locked).toHaveBeenCalledTimes(1);
    expect(await isLockFree()).toBe(true);
  });

  it('run without the lock when it cannot be asked for', async () => {
    await noticeOther();
    const fallbacks = fallbacksOf(warehouse);
    const locked = watchLock().mockRejectedValue(new Error('no connection'));
    expect(await buy(warehouse, 'CP-1')).toMatchObject({ kind: 'CONFIRMED' });
    expect(locked).toHaveBeenCalledTimes(1);
    expect(fallbacks).toEqual([]);
  });

  it('are decided under row locks when the lock times out while their keys are still looked up', async () => {
    // A refusal leaves its key free. The next request under it may be a repeat, so that its key is looked up.
    expect(await buy(warehouse, 'CP-1', 1_000, { idempotencyKey: 'key' })).toMatchObject({ kind: 'REFUSED' });
    await noticeOther();
    const database = warehouse.get(Database);
    const find = database.find.bind(database);
    const lookup = jest.spyOn(database, 'find').mockImplementationOnce(async (queries) => {
      await sleep(50);
      return find(queries);
    });
    const fallbacks = fallbacksOf(warehouse);
    watchLock().mockImplementationOnce(async (gather) => {
      void gather(true);
      throw new TimeoutError(10_000);
    });
    const bought = await buy(warehouse, 'CP-1', 1, { idempotencyKey: 'key' });
    expect(bought).toMatchObject({ kind: 'CONFIRMED', replayed: false });
    expect(lookup).toHaveBeenCalledTimes(1);
    expect(fallbacks).toEqual(['interrupted']);
  });

  it('skip the lock for some batches when it is not released in time', async () => {
    await noticeOther();
    const runner = warehouse.get(Database).multiStatement!;
    const locked = watchLock().mockImplementation(async (gather) => {
      const statements = await gather(false);
      return statements && runner.run(statements);
    });
    for (let index = 0; index < 10; index += 1) {
      await buy(other, 'CP-1');
      await buy(warehouse, 'CP-1');
    }
    // A vain wait, then 1 batch without; a vain wait, then 3 without; a vain wait, then 7 without.
    expect(locked).toHaveBeenCalledTimes(3);
  });
});
