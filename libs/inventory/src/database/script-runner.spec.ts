import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { TEST_DATABASES } from '../testing/test-database.js';
import { Warehouse } from '../testing/warehouse.js';
import { ScriptRunner, type ScriptTurn } from './script-runner.js';

const take = (quantity: number) =>
  `UPDATE stock_level SET on_hand = on_hand - ${quantity} WHERE sku = 'CP-1'`;

describe.each(TEST_DATABASES)('turns of scripts on %s', (kind) => {
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

  /** @throws Error when it was waited for in vain */
  async function takeTurn(from: Warehouse): Promise<ScriptTurn> {
    const turn = await from.get(ScriptRunner).takeTurn();
    if (!turn) throw new Error('waited in vain');
    return turn;
  }

  it('are for MySQL', () => {
    expect(warehouse.get(ScriptRunner).isAvailable).toBe(kind === 'mysql');
  });

  if (kind !== 'mysql') return;

  /** Whether a turn can be had. It is given back. */
  async function isFree(from: Warehouse): Promise<boolean> {
    const turn = await from.get(ScriptRunner).takeTurn();
    await turn?.end();
    return turn !== undefined;
  }

  it('are had by one process at a time, and given back', async () => {
    const turn = await takeTurn(warehouse);
    expect(await isFree(other)).toBe(false);
    await turn.end();
    await turn.end();
    expect(await isFree(other)).toBe(true);
  });

  it('run a script and are over with it', async () => {
    const turn = await takeTurn(warehouse);
    const results = await turn.run([take(1), take(2), `SELECT 'seven' AS word`]);
    expect(results).toEqual([
      expect.objectContaining({ affectedRows: 1 }),
      expect.objectContaining({ affectedRows: 1 }),
      [{ word: 'seven' }],
    ]);
    expect(await warehouse.level('CP-1')).toMatchObject({ onHand: 97 });
    expect(await isFree(other)).toBe(true);
    await turn.end();
    expect(await warehouse.level('CP-1')).toMatchObject({ onHand: 97 });
  });

  it('are over when the script fails, of which nothing is left', async () => {
    const turn = await takeTurn(warehouse);
    await expect(turn.run([take(1), take(1_000)])).rejects.toMatchObject({
      message: expect.stringMatching(/ck_stock_level_on_hand/),
    });
    expect(await isFree(other)).toBe(true);
    expect(await isFree(warehouse)).toBe(true);
    expect(await warehouse.level('CP-1')).toMatchObject({ onHand: 100 });
  });

  it('are given on before the commit, while only the disk is missing', async () => {
    await (await takeTurn(warehouse)).run([take(1)]);
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
      take(1),
      expect.stringMatching(/^DO RELEASE_LOCK/),
      'COMMIT',
    ]);
  });

  it('are waited for a second, and then done without', async () => {
    const kept = await takeTurn(warehouse);
    const begun = performance.now();
    expect(await isFree(other)).toBe(false);
    expect(performance.now() - begun).toBeGreaterThan(900);
    await other.get(ScriptRunner).run([take(1)]);
    await kept.run([take(1)]);
    expect(await warehouse.level('CP-1')).toMatchObject({ onHand: 98 });
  });

  it('are those of one database', async () => {
    const elsewhere = await Warehouse.open(kind);
    const turn = await takeTurn(elsewhere);
    expect(await isFree(warehouse)).toBe(true);
    await turn.end();
    await elsewhere.close();
  });
});
