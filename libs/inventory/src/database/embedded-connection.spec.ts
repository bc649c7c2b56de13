import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import Sqlite from 'better-sqlite3';
import { chmodSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataSource } from 'typeorm';
import { dataSourceOptions } from '../schema/data-source-options.js';

describe('the connection of the embedded database', () => {
  const directory = mkdtempSync(join(tmpdir(), 'donut-states-'));
  const file = join(directory, 'warehouse.sqlite');
  let dataSource: DataSource;
  let other: Sqlite.Database;

  const open = async () => {
    dataSource = await new DataSource(dataSourceOptions({ url: file, poolSize: 1 })).initialize();
  };

  beforeEach(async () => {
    await open();
    await dataSource.query('CREATE TABLE t (x)');
    other = new Sqlite(file, { timeout: 0 });
  });

  afterEach(async () => {
    other.close();
    if (dataSource.isInitialized) await dataSource.destroy();
    rmSync(directory, { recursive: true, force: true });
  });

  const insert = (length: number) =>
    dataSource.transaction((manager) => manager.query('INSERT INTO t VALUES (?)', ['x'.repeat(length)]));
  const refuse = () =>
    dataSource.transaction(async () => {
      throw new Error('refused');
    });
  const seen = () => other.prepare('SELECT count(*) FROM t').pluck().get();

  it('keeps the rows that TypeORM commits after SQLite once ran out of space', async () => {
    await insert(10);
    const [{ page_count: pages }] = await dataSource.query<[{ page_count: number }]>('PRAGMA page_count');
    await dataSource.query(`PRAGMA max_page_count = ${pages}`);
    await expect(insert(50_000)).rejects.toThrow('database or disk is full');
    await dataSource.query('PRAGMA max_page_count = 1000000');
    await expect(refuse()).rejects.toThrow('refused');
    for (const rows of [2, 3, 4]) {
      await insert(10);
      expect(seen()).toBe(rows);
    }
  });

  it('keeps the transaction count of TypeORM right after a BEGIN that waited for another process', async () => {
    other.exec('BEGIN IMMEDIATE');
    await expect(insert(10)).rejects.toThrow('database is locked');
    other.exec('ROLLBACK');
    await expect(refuse()).rejects.toThrow('refused');
    await insert(10);
    expect(seen()).toBe(1);
  });

  it('makes its files private to their owner, with any earlier mode', async () => {
    await insert(10);
    const rights = (name: string) => (statSync(name).mode & 0o777).toString(8);
    expect([file, `${file}-wal`, `${file}-shm`].map(rights)).toEqual(['600', '600', '600']);
    other.close();
    await dataSource.destroy();
    chmodSync(file, 0o644);
    await open();
    await insert(10);
    expect([file, `${file}-wal`].map(rights)).toEqual(['600', '600']);
  });
});
