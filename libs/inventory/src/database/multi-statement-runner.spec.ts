import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { TEST_DATABASES } from '../testing/test-database.js';
import { Warehouse } from '../testing/warehouse.js';
import { Database } from './database.js';

const deduct = (quantity: number) =>
  `UPDATE stock_level SET on_hand = on_hand - ${quantity} WHERE sku = 'CP-1'`;

describe.each(TEST_DATABASES)('statements under the advisory lock on %s', (kind) => {
  let warehouse: Warehouse;
  let other: Warehouse;

  beforeEach(async () => {
    warehouse = await Warehouse.open(kind);
    other = await warehouse.join();
    await warehouse.stockProduct('CP-1', 100);
  });

  afterEach(async () => {
    await other.close();
    await warehouse.close();
  });

  it('are for MySQL', () => {
    expect(warehouse.get(Database).multiStatement !== undefined).toBe(kind === 'mysql');
  });

  if (kind !== 'mysql') return;

  const run = (from: Warehouse, ...statements: string[]) =>
    from.get(Database).multiStatement!.runUnderAdvisoryLock(async () => statements);

  /** Whether the lock can be acquired. It is released again. */
  async function isFree(from: Warehouse): Promise<boolean> {
    let isFree = false;
    const results = await from.get(Database).multiStatement!.runUnderAdvisoryLock(async (hasLock) => {
      isFree = hasLock;
      return undefined;
    });
    expect(results).toBeUndefined();
    return isFree;
  }

  /** Holds the lock until `release` is called. */
  async function hold(from: Warehouse, ...statements: string[]) {
    const held = Promise.withResolvers<boolean>();
    const released = Promise.withResolvers<void>();
    const finished = from.get(Database).multiStatement!.runUnderAdvisoryLock(async (hasLock) => {
      held.resolve(hasLock);
      await released.promise;
      return statements.length > 0 ? statements : undefined;
    });
    expect(await held.promise).toBe(true);
    return {
      release: () => {
        released.resolve();
        return finished;
      },
    };
  }

  it('run in one process at a time', async () => {
    const { release } = await hold(warehouse);
    expect(await isFree(other)).toBe(false);
    await release();
    expect(await isFree(other)).toBe(true);
  });

  it('are committed, and release the lock', async () => {
    const results = await run(warehouse, deduct(1), deduct(2), `SELECT 'seven' AS word`);
    expect(results).toEqual([
      expect.objectContaining({ affectedRows: 1 }),
      expect.objectContaining({ affectedRows: 1 }),
      [{ word: 'seven' }],
    ]);
    expect(await warehouse.level('CP-1')).toMatchObject({ onHand: 97 });
    expect(await isFree(other)).toBe(true);
  });

  it('release the lock when one of them fails, and are rolled back', async () => {
    await expect(run(warehouse, deduct(1), deduct(1_000))).rejects.toMatchObject({
      message: expect.stringMatching(/ck_stock_level_on_hand/),
    });
    expect(await isFree(other)).toBe(true);
    expect(await isFree(warehouse)).toBe(true);
    expect(await warehouse.level('CP-1')).toMatchObject({ onHand: 100 });
  });

  it('release the lock when gathering fails', async () => {
    const gathering = warehouse
      .get(Database)
      .multiStatement!.runUnderAdvisoryLock(() => Promise.reject(new Error('not gathered')));
    await expect(gathering).rejects.toThrow('not gathered');
    expect(await isFree(other)).toBe(true);
  });

  it('release the lock before the commit, which only waits for the disk', async () => {
    await run(warehouse, deduct(1));
    const statements: { text: string }[] = await warehouse.dataSource.query(
      `SELECT SQL_TEXT AS text FROM performance_schema.events_statements_history
       WHERE CURRENT_SCHEMA = DATABASE() AND THREAD_ID = (
         SELECT THREAD_ID FROM performance_schema.events_statements_history
         WHERE CURRENT_SCHEMA = DATABASE() AND SQL_TEXT LIKE 'SELECT GET_LOCK%' LIMIT 1
       ) ORDER BY EVENT_ID DESC LIMIT 5`,
    );
    expect(statements.map(({ text }) => text.trim()).reverse()).toEqual([
      expect.stringMatching(/^SELECT GET_LOCK/),
      'START TRANSACTION',
      deduct(1),
      expect.stringMatching(/^DO RELEASE_LOCK/),
      'COMMIT',
    ]);
  });

  it('run without the lock when it is not released within a second', async () => {
    const { release } = await hold(warehouse, deduct(1));
    const begunAt = performance.now();
    await run(other, deduct(1));
    expect(performance.now() - begunAt).toBeGreaterThan(900);
    await release();
    expect(await warehouse.level('CP-1')).toMatchObject({ onHand: 98 });
  });

  it('wait for those of the same database only', async () => {
    const elsewhere = await Warehouse.open(kind);
    const { release } = await hold(elsewhere);
    expect(await isFree(warehouse)).toBe(true);
    await release();
    await elsewhere.close();
  });
});
