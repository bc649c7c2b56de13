import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { statementText } from '../database/rows.js';
import { buy, confirmed } from '../testing/buyers.js';
import { TEST_DATABASES } from '../testing/test-database.js';
import { Warehouse } from '../testing/warehouse.js';
import { Database } from '../database/database.js';
import { saleQueries, storedSales } from './stored-sales.js';

describe.each(TEST_DATABASES)('stored sales on %s', (kind) => {
  let warehouse: Warehouse;

  beforeEach(async () => {
    warehouse = await Warehouse.open(kind);
    await warehouse.stockProduct('CP-1', 100_000);
    await warehouse.stockProduct('CP-2', 100_000);
  });

  afterEach(() => warehouse.close());

  async function sell(count: number, name: string): Promise<void> {
    const keys = Array.from({ length: count }, (_, index) => `${name}-${index}`);
    await Promise.all(keys.map((idempotencyKey) => buy(warehouse, 'CP-1', 1, { idempotencyKey })));
  }

  it.each(['id', 'idempotency_key'] as const)('are found by their %s, with their lines', async (column) => {
    await sell(3, 'key');
    const lines = ['CP-2', 'CP-1'].map((sku) => ({ sku, quantity: 2 }));
    const [sale] = confirmed([await buy(warehouse, 'CP-2', 2, { idempotencyKey: 'wanted', lines })]);
    const values = [column === 'id' ? sale!.id : 'wanted', 'unknown'];
    const found = storedSales(...(await warehouse.get(Database).find(saleQueries(column, values))));
    expect(found).toEqual([expect.objectContaining({ idempotencyKey: 'wanted', sale })]);
  });

  if (kind !== 'mysql') return;

  it.each(['id', 'idempotency_key'] as const)(
    'are found by their %s through the index, while the statistics say that the tables are small',
    async (column) => {
      for (const table of ['sale', 'sale_line']) {
        await warehouse.dataSource.query(`ALTER TABLE ${table} STATS_AUTO_RECALC = 0`);
        await warehouse.dataSource.query(`ANALYZE TABLE ${table}`);
      }
      await sell(500, 'key');
      for (const query of saleQueries(column, ['key-1', 'key-2', 'key-3'])) {
        const [{ EXPLAIN: plan }] = await warehouse.dataSource.query<[{ EXPLAIN: string }]>(
          `EXPLAIN FORMAT=TREE ${statementText(query)}`,
        );
        expect(plan).toMatch(/Index range scan|index range scan|Index lookup/);
        expect(plan).not.toMatch(/Table scan|hash|Index scan/);
      }
    },
  );
});
