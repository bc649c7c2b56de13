import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DataSource, type EntityManager } from 'typeorm';
import { Factory } from '../product/factory.entity.js';
import { mysqlSchemaText } from '../testing/mysql-schema-text.js';
import {
  createMigratedDatabase,
  createTestDatabase,
  TEST_DATABASES,
  type TestDatabase,
} from '../testing/test-database.js';
import { dataSourceOptions } from './data-source-options.js';
import { migrate } from './migrate.js';
import { MIGRATIONS } from './migrations/index.js';

async function undoAll(dataSource: DataSource): Promise<void> {
  for (let undone = 0; undone < MIGRATIONS.length; undone += 1) await dataSource.undoLastMigration();
}

describe.each(TEST_DATABASES)('migrations on %s', (kind) => {
  let database: TestDatabase;
  let dataSource: DataSource;

  beforeAll(async () => {
    database = await createMigratedDatabase(kind);
    dataSource = await new DataSource(dataSourceOptions({ url: database.url, poolSize: 1 })).initialize();
  });

  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  it('create exactly the schema of the entities', async () => {
    const difference = await dataSource.driver.createSchemaBuilder().log();
    expect(difference.upQueries.map(({ query }) => query)).toEqual([]);
  });

  if (kind === 'mysql') {
    it('make the schema that other specs have a copy of', async () => {
      const copy = await createTestDatabase(kind);
      const text = async ({ url }: TestDatabase) =>
        // Some columns name it, and have it anyway.
        (await mysqlSchemaText(url)).replaceAll(' CHARACTER SET utf8mb4', '');
      expect(await text(copy)).toBe(await text(database));
      await copy.drop();
    });
  }

  it('make the database refuse stock below zero', async () => {
    const insert = dataSource.query(`INSERT INTO stock_level (sku, on_hand) VALUES ('CP-1', -1)`);
    await expect(insert).rejects.toThrow(/ck_stock_level_on_hand/);
  });

  it('make the database refuse a second open restock order for a SKU', async () => {
    const insert = (id: string) =>
      dataSource.query(
        `INSERT INTO restock_order (id, sku, factory_id, quantity, status, open_sku, requested_at)
         VALUES ('${id}', 'CP-1', 'FF-1', 10, 'REQUESTED', 'CP-1', '2026-01-01 00:00:00')`,
      );
    await insert('first');
    await expect(insert('second')).rejects.toThrow(/open_sku/);
    const closedButStillOpen = dataSource.query(
      `UPDATE restock_order SET status = 'RECEIVED' WHERE id = 'first'`,
    );
    await expect(closedButStillOpen).rejects.toThrow(/ck_restock_order_open_sku/);
  });

  it('distinguish idempotency keys by case', async () => {
    const insert = (id: string, key: string) =>
      dataSource.query(
        `INSERT INTO sale (id, idempotency_key, request_fingerprint, status, created_at)
         VALUES ('${id}', '${key}', 'f', 'CONFIRMED', '2026-01-01 00:00:00')`,
      );
    await insert('one', 'key-a');
    await insert('two', 'KEY-A');
    await expect(insert('three', 'key-a')).rejects.toThrow(/idempotency_key/);
  });

  it('can be undone', async () => {
    await undoAll(dataSource);
    await expect(dataSource.query('SELECT * FROM sale')).rejects.toThrow();
    expect(await dataSource.runMigrations()).toHaveLength(MIGRATIONS.length);
    expect((await dataSource.driver.createSchemaBuilder().log()).upQueries).toEqual([]);
  });

  it('continue where an earlier run was killed', async () => {
    const drift = () => dataSource.driver.createSchemaBuilder().log();
    await dataSource.query('DELETE FROM migrations');
    await dataSource.query('DROP TABLE sale_line');
    await dataSource.query('DROP TABLE outbox_message');
    const index = 'DROP INDEX ix_stock_movement_sku';
    await dataSource.query(kind === 'mysql' ? `${index} ON stock_movement` : index);
    expect((await drift()).upQueries).not.toEqual([]);
    expect((await migrate(dataSource)).applied).toHaveLength(MIGRATIONS.length);
    expect((await drift()).upQueries).toEqual([]);
    expect((await migrate(dataSource)).applied).toEqual([]);
  });

  if (kind !== 'mysql') return;

  it('wait for each other when two run at the same time, including the seed', async () => {
    await undoAll(dataSource);
    const other = await new DataSource(dataSourceOptions({ url: database.url, poolSize: 1 })).initialize();
    let filled = 0;
    const fill = async (manager: EntityManager) => {
      if (await manager.existsBy(Factory, { id: 'FF-1' })) return false;
      await manager.query(
        `INSERT INTO factory (id, name, manager_email, api_url, lead_time_seconds, overdue_after_seconds)
         VALUES ('FF-1', 'factory', 'factory@donut-states.example', 'http://127.0.0.1:1', 10, 60)`,
      );
      filled += 1;
      return true;
    };
    const outcomes = await Promise.all([migrate(dataSource, fill), migrate(other, fill)]).finally(() =>
      other.destroy(),
    );
    expect(filled).toBe(1);
    expect(outcomes.map(({ filled }) => filled).sort()).toEqual([false, true]);
    expect((await dataSource.driver.createSchemaBuilder().log()).upQueries).toEqual([]);
  });
});
