import { afterEach, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TEST_DATABASES } from '../../libs/inventory/src/testing/test-database.js';
import { storedTime } from '#inventory';
import { HOT_SKU } from '../scenarios.js';
import { embeddedServer, mysqlServer } from './server.js';
import { OPENING_STOCK } from './stock.js';
import { BenchWarehouse } from './warehouse.js';

const COUNT = 1_200;

let warehouse: BenchWarehouse;
let directory: string;

afterEach(async () => {
  await warehouse.drop();
  rmSync(directory, { recursive: true });
});

async function open(kind: 'embedded' | 'mysql'): Promise<BenchWarehouse> {
  directory = mkdtempSync(join(tmpdir(), 'donut-states-bench-'));
  const server = kind === 'mysql' ? mysqlServer(process.env.TEST_MYSQL_URL!) : embeddedServer(directory);
  return BenchWarehouse.create(server, `donut_bench_spec_${process.pid}`);
}

describe.each(TEST_DATABASES)('sales that are stored before a run, on %s', (kind) => {
  it('look like those of a shop, and agree with the ledger', async () => {
    warehouse = await open(kind);
    const seen: number[] = [];
    await warehouse.storeSales({
      count: COUNT,
      onProgress: (stored) => seen.push(stored),
      signal: new AbortController().signal,
    });

    expect(await warehouse.reconcile()).toEqual([]);
    expect(await warehouse.booksAfter('')).toMatchObject({ sales: COUNT, keys: COUNT, units: COUNT });
    const rows = await warehouse.dataSource.query<{ id: string; idempotency_key: string; at: string }[]>(
      'SELECT id, idempotency_key, created_at AS at FROM sale ORDER BY id',
    );
    const times = rows.map(({ at }) => new Date(at).getTime());
    expect(times).toEqual([...times].sort((one, other) => one - other));
    expect(
      rows.every(({ id }) =>
        /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(id),
      ),
    ).toBe(true);
    const keys = rows.map((row) => row.idempotency_key);
    const rising = keys.filter((key, index) => index > 0 && key > keys[index - 1]!).length;
    expect(rising).toBeGreaterThan(COUNT * 0.4);
    expect(rising).toBeLessThan(COUNT * 0.6);
    expect(seen.at(-1)).toBe(COUNT);
    const [level] = await warehouse.dataSource.query<{ on_hand: number }[]>(
      `SELECT on_hand FROM stock_level WHERE sku = '${HOT_SKU}'`,
    );
    expect(level!.on_hand).toBe(OPENING_STOCK - COUNT);
    await expect(
      warehouse.dataSource
        .query(`INSERT INTO sale (id, idempotency_key, request_fingerprint, status, created_at)
        SELECT 'another', idempotency_key, request_fingerprint, status, created_at FROM sale LIMIT 1`),
    ).rejects.toThrow(/unique|duplicate/i);
  });

  it('have a movement each, and are partly minutes old, where a bench asks for them', async () => {
    warehouse = await open(kind);
    const recent = 300;
    await warehouse.storeSales({
      ...{ count: COUNT - recent, kind: 'singles' },
      onProgress: () => undefined,
      signal: new AbortController().signal,
    });
    await warehouse.storeRecentSales(COUNT - recent, recent, 'singles');
    const began = Date.now();
    expect(await warehouse.reconcile()).toEqual([]);
    const movements = await warehouse.dataSource.query<{ sku: string; at: string; balance: number }[]>(
      `SELECT sku, created_at AS at, balance_after AS balance FROM stock_movement WHERE reason = 'SALE' ORDER BY id`,
    );
    expect(movements).toHaveLength(COUNT);
    expect(new Set(movements.map(({ sku }) => sku)).size).toBe(100);
    expect(movements.at(-1)).toMatchObject({ sku: 'SKU-099', balance: OPENING_STOCK - COUNT / 100 });
    const ages = movements.map(({ at }) => began - storedTime(at).getTime());
    expect(ages.filter((age) => age < 600_000)).toHaveLength(recent);
    expect(Math.min(...ages)).toBeLessThan(10_000);
  });
});
