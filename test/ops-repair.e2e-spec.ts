import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openDatabase } from '../libs/inventory/src/testing/test-database.js';
import { OpsCommand } from './ops-command.js';
import { OPERATIONS_API_KEY, RunningSystem } from './running-system.js';

let system: RunningSystem;

const ops = (...parameters: string[]) =>
  new OpsCommand({ OPERATIONS_URL: system.url('sales', ''), OPERATIONS_KEY: OPERATIONS_API_KEY }, parameters)
    .result;

beforeAll(async () => {
  system = await RunningSystem.start();
}, 90_000);
afterAll(() => system.remove(), 60_000);

describe('a repair of the books, by npm run ops', () => {
  it('explains a difference, changes nothing until it is told, and mends it by an adjustment', async () => {
    const sku = await system.newProduct(5);
    const dataSource = await openDatabase(system.databaseUrl);
    await dataSource.query('UPDATE stock_level SET on_hand = 9 WHERE sku = ?', [sku]);
    await dataSource.destroy();
    const found = await ops('reconcile', '--full');
    expect(found).toMatchObject({ status: 1, stdout: expect.stringContaining(sku) });
    for (const parameters of [['repair', '--dry-run'], ['repair']]) {
      const planned = await ops(...parameters);
      expect(planned).toMatchObject({
        status: 1,
        stdout: expect.stringContaining(`${sku}: stock on hand is the sum of its movements: 9 where 5`),
      });
    }
    expect((await system.stock(sku)).onHand).toBe(9);
    const repaired = await ops('repair', '--yes');
    expect(repaired).toMatchObject({ status: 0, stdout: expect.stringContaining('1 product repaired.') });
    expect(await ops('reconcile', '--full')).toMatchObject({ status: 0 });
    const movements = (await system.get(`/products/${sku}/movements?limit=1`)).body.items;
    expect(movements).toMatchObject([{ reason: 'ADJUSTMENT', operator: 'operations' }]);
  }, 60_000);
});
