import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { ScriptRunner } from '../database/script-runner.js';
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

  const watchTurns = () => jest.spyOn(warehouse.get(ScriptRunner), 'takeTurn');

  it('sell what there is between them, and not a unit more or less', async () => {
    const takeTurn = watchTurns();
    const buyer = async (shop: Warehouse): Promise<SaleOutcome[]> => {
      const outcomes: SaleOutcome[] = [];
      for (let nth = 0; nth < 30; nth += 1) outcomes.push(await buy(shop, 'CP-1'));
      return outcomes;
    };
    const outcomes = await Promise.all(
      [warehouse, other].flatMap((shop) => [1, 2, 3, 4, 5].map(() => buyer(shop))),
    );
    expect(confirmed(outcomes.flat())).toHaveLength(300);
    expect(await warehouse.level('CP-1')).toMatchObject({ onHand: 698 });
    expect(takeTurn.mock.calls.length > 0).toBe(kind === 'mysql');
  });

  if (kind !== 'mysql') return;

  /** Lets `warehouse` find that stock has moved between two batches of its own. */
  async function noticeOther(): Promise<void> {
    await buy(warehouse, 'CP-1');
    await buy(other, 'CP-1');
    await buy(warehouse, 'CP-1');
  }

  /** Whether `other` can have a turn, which it gives back. */
  async function isTurnFree(): Promise<boolean> {
    const turn = await other.get(ScriptRunner).takeTurn();
    await turn?.end();
    return turn !== undefined;
  }

  it('take no turn while nobody else sells', async () => {
    const takeTurn = watchTurns();
    for (let nth = 0; nth < 3; nth += 1) await buy(warehouse, 'CP-1');
    expect(takeTurn).not.toHaveBeenCalled();
  });

  it('take turns while another process sells the same, and no longer when it has stopped', async () => {
    const takeTurn = watchTurns();
    await noticeOther();
    expect(takeTurn).not.toHaveBeenCalled();
    await buy(warehouse, 'CP-1');
    expect(takeTurn).toHaveBeenCalledTimes(1);
    await buy(warehouse, 'CP-1');
    expect(takeTurn).toHaveBeenCalledTimes(1);
  });

  it('give the turn back before they are looked at under locks, and then take none', async () => {
    await noticeOther();
    const takeTurn = watchTurns();
    const fallbacks = fallbacksOf(warehouse);
    const locking = warehouse.get(LockingBatch);
    const commit = locking.commit.bind(locking);
    let isFreeUnderLocks = false;
    jest.spyOn(locking, 'commit').mockImplementation(async (...batch) => {
      isFreeUnderLocks = await isTurnFree();
      return commit(...batch);
    });
    expect(await buy(warehouse, 'CP-1', 1_000)).toMatchObject({ kind: 'REFUSED' });
    expect(takeTurn).toHaveBeenCalledTimes(1);
    expect(fallbacks).toEqual(['to_be_looked_at']);
    expect(isFreeUnderLocks).toBe(true);
    await buy(warehouse, 'CP-1');
    expect(takeTurn).toHaveBeenCalledTimes(1);
  });

  it('give the turn back when all of them are repeated', async () => {
    const bought = await buy(warehouse, 'CP-1', 1, { idempotencyKey: 'key' });
    await noticeOther();
    const takeTurn = watchTurns();
    const again = await buy(warehouse, 'CP-1', 1, { idempotencyKey: 'key' });
    expect(again).toEqual({ ...bought, replayed: true });
    expect(takeTurn).toHaveBeenCalledTimes(1);
    expect(await isTurnFree()).toBe(true);
  });

  it('go on without a turn when none can be had', async () => {
    await noticeOther();
    const fallbacks = fallbacksOf(warehouse);
    const takeTurn = watchTurns().mockRejectedValue(new Error('no connection'));
    expect(await buy(warehouse, 'CP-1')).toMatchObject({ kind: 'CONFIRMED' });
    expect(takeTurn).toHaveBeenCalledTimes(1);
    expect(fallbacks).toEqual([]);
  });

  it('do without turns for a while when one was not given back', async () => {
    await noticeOther();
    const takeTurn = watchTurns().mockResolvedValue(undefined);
    for (let nth = 0; nth < 10; nth += 1) {
      await buy(other, 'CP-1');
      await buy(warehouse, 'CP-1');
    }
    // A vain wait, 1 batch without; a vain wait, 3 without; a vain wait, and 7 without.
    expect(takeTurn).toHaveBeenCalledTimes(3);
  });
});
