import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { createTestDatabase, TEST_DATABASES, type TestDatabase } from '../testing/test-database.js';
import { dataSourceOptions } from './data-source-options.js';

describe.each(TEST_DATABASES)('migrations on %s', (kind) => {
  let database: TestDatabase;
  let dataSource: DataSource;

  beforeAll(async () => {
    database = await createTestDatabase(kind);
    dataSource = await new DataSource(dataSourceOptions({ url: database.url, poolSize: 1 })).initialize();
  });

  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  it('leave nothing that the entities would still change', async () => {
    const difference = await dataSource.driver.createSchemaBuilder().log();
    expect(difference.upQueries.map(({ query }) => query)).toEqual([]);
  });

  it('let the database itself refuse stock below zero', async () => {
    const insert = dataSource.query(`INSERT INTO stock_level (sku, on_hand) VALUES ('CP-1', -1)`);
    await expect(insert).rejects.toThrow(/ck_stock_level_on_hand/);
  });

  it('let the database itself refuse a second open restock order for a SKU', async () => {
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

  it('tell idempotency keys apart by case', async () => {
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
    await dataSource.undoLastMigration();
    expect(await dataSource.query(`SELECT COUNT(*) AS applied FROM migrations`)).toEqual([
      expect.objectContaining({ applied: expect.anything() }),
    ]);
    await expect(dataSource.query('SELECT * FROM sale')).rejects.toThrow();
    await dataSource.runMigrations();
  });
});
