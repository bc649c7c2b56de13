import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Factory } from '../product/factory.entity.js';
import { RestockOrder } from '../restock/restock-order.entity.js';
import { StockLevel } from '../stock/stock-level.entity.js';
import { TEST_DATABASES } from '../testing/test-database.js';
import { Warehouse } from '../testing/warehouse.js';
import { Database } from './database.js';
import { type Change, type Value } from './rows.js';

const levelsOf = (...skus: string[]) => ({
  entity: StockLevel,
  text: 'SELECT * FROM stock_level WHERE sku IN (?) ORDER BY sku',
  values: [skus],
  locks: true,
});

const factoriesNamed = (name: string) => ({
  entity: Factory,
  text: 'SELECT * FROM factory WHERE name = ?',
  values: [name],
});

const factoryInsert = (...rows: [id: string, name: string][]): Change => ({
  into: 'factory (id, name, manager_email, api_url, lead_time_seconds, overdue_after_seconds)',
  rows: rows.map(([id, name]): Value[] => [id, name, 'f@donut-states.example', 'http://127.0.0.1:1', 10, 60]),
});

const take = (sku: string, quantity: number): Change => ({
  text: 'UPDATE stock_level SET on_hand = on_hand - ? WHERE sku IN (?)',
  values: [quantity, [sku]],
});

describe.each(TEST_DATABASES)('transactions of known look-ups on %s', (kind) => {
  let warehouse: Warehouse;
  let database: Database;

  beforeAll(async () => {
    warehouse = await Warehouse.open(kind);
    database = warehouse.get(Database);
    await warehouse.stockProduct('CP-1', 1_000);
    await warehouse.stockProduct('CP-2', 1_000);
  });

  afterAll(() => warehouse.close());

  const onHand = async (sku: string) => (await warehouse.level(sku)).onHand;

  it('find rows of several tables as the entities that TypeORM makes of them', async () => {
    const { id } = await warehouse.openRestockOrder('CP-3', 7);
    const [levels, orders] = await database.find([
      levelsOf('CP-2', 'CP-1', 'NO-SUCH'),
      { entity: RestockOrder, text: 'SELECT * FROM restock_order WHERE id = ?', values: [id] },
    ]);
    expect(levels.map(({ sku, available }) => [sku, available])).toEqual([
      ['CP-1', 1_000],
      ['CP-2', 1_000],
    ]);
    expect(orders).toEqual([await warehouse.restockOrder(id)]);
    expect(orders[0]).toBeInstanceOf(RestockOrder);
    expect(orders[0]!.requestedAt).toBeInstanceOf(Date);
  });

  it('find nothing for an empty list', async () => {
    expect(await database.find([levelsOf()])).toEqual([[]]);
  });

  it('write the decided changes, with any text in their values', async () => {
    const name = `o'brien\\ ? "; DROP TABLE factory; --`;
    const result = await database.lockThenWrite([levelsOf('CP-1')], async ([[level]]) => ({
      result: level!.onHand,
      changes: [take('CP-1', 1), factoryInsert(['FF-TEXT', name], ['FF-TEXT-2', name])],
    }));
    expect(result).toBe((await onHand('CP-1')) + 1);
    const [factories] = await database.find([factoriesNamed(name)]);
    expect(factories.map(({ id }) => id).sort()).toEqual(['FF-TEXT', 'FF-TEXT-2']);
  });

  it('change nothing when the decision or one of the changes fails', async () => {
    const before = await onHand('CP-1');
    const undecided = database.lockThenWrite([levelsOf('CP-1')], async (_, manager) => {
      await manager.update(StockLevel, 'CP-1', { onHand: 1 });
      throw new Error('out of flour');
    });
    await expect(undecided).rejects.toThrow('out of flour');
    const refused = database.lockThenWrite([levelsOf('CP-1')], async () => ({
      result: undefined,
      changes: [factoryInsert(['FF-HALF', 'half']), take('CP-1', 1_000_000)],
    }));
    await expect(refused).rejects.toMatchObject({ message: expect.stringMatching(/ck_stock_level_on_hand/) });
    expect(await onHand('CP-1')).toBe(before);
    expect(await database.find([factoriesNamed('half')])).toEqual([[]]);
  });

  it('are run again as a whole after a conflict', async () => {
    const before = await onHand('CP-1');
    let attempts = 0;
    await database.lockThenWrite([levelsOf('CP-1')], async (_, manager) => {
      attempts += 1;
      await manager.update(StockLevel, 'CP-1', { refusedDemand: attempts });
      if (attempts < 3) throw Object.assign(new Error('busy'), { code: 'ER_LOCK_DEADLOCK' });
      return { result: undefined, changes: [take('CP-1', 1)] };
    });
    expect(attempts).toBe(3);
    expect(await warehouse.level('CP-1')).toMatchObject({ onHand: before - 1, refusedDemand: 3 });
  });

  it('see the rows that another process committed while they waited for its locks', async () => {
    const other = await warehouse.join();
    const sums = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        (index % 2 ? other.get(Database) : database).lockThenWrite([levelsOf('CP-2')], async ([[level]]) => ({
          result: level!.onHand,
          changes: [take('CP-2', 1)],
        })),
      ),
    );
    expect(new Set(sums).size).toBe(20);
    expect(await onHand('CP-2')).toBe(980);
    await other.close();
  });
});
