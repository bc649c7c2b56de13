import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { TEST_DATABASES } from '../testing/test-database.js';
import { Warehouse } from '../testing/warehouse.js';
import { Factory } from './factory.entity.js';
import { Product } from './product.entity.js';
import { ProductService } from './product.service.js';
import { seed } from './seed.js';

const SETTINGS = {
  factoryApiUrl: 'http://127.0.0.1:3002',
  factoryAdapter: 'legacy-http' as const,
  factoryLeadTimeSeconds: 10,
  factoryOverdueAfterSeconds: 120,
};

describe.each(TEST_DATABASES)('the seed on %s', (kind) => {
  let warehouse: Warehouse;

  beforeEach(async () => {
    warehouse = await Warehouse.open(kind);
  });

  afterEach(() => warehouse.close());

  const fill = (settings = SETTINGS) =>
    warehouse.dataSource.transaction((manager) => seed(manager, settings));

  it('fills an empty warehouse with donuts, their stock, and the factory that makes them', async () => {
    expect(await fill()).toBe(true);
    const { items } = await warehouse.get(ProductService).list({ limit: 100 });
    expect(items[0]).toMatchObject({
      product: { sku: 'CP-502101', name: '도넛', priceKrw: 19_900, factoryId: 'FF-500293' },
      level: { onHand: 50 },
    });
    for (const { product, level } of items) {
      expect(level.onHand).toBeGreaterThan(product.reorderPoint);
      expect(product.maxPerSale).toBeLessThanOrEqual(level.onHand);
    }
    expect(await warehouse.dataSource.manager.findOneBy(Factory, { id: 'FF-500293' })).toMatchObject({
      apiUrl: 'http://127.0.0.1:3002',
      leadTimeSeconds: 10,
      overdueAfterSeconds: 120,
    });
    expect(await warehouse.differences()).toEqual([]);
  });

  it('leaves a warehouse alone that was filled before, even when its stock is gone', async () => {
    await fill();
    await warehouse.dataSource.query(`DELETE FROM stock_movement`);
    await warehouse.dataSource.query(`UPDATE stock_level SET on_hand = 0`);
    expect(await fill()).toBe(false);
    expect(await warehouse.level('CP-502101')).toMatchObject({ onHand: 0 });
  });

  it('lets the seeded factory move, as it does when another port is given', async () => {
    await fill();
    expect(
      await fill({ ...SETTINGS, factoryApiUrl: 'http://127.0.0.1:4002', factoryLeadTimeSeconds: 60 }),
    ).toBe(false);
    expect(await warehouse.dataSource.manager.findOneBy(Factory, { id: 'FF-500293' })).toMatchObject({
      apiUrl: 'http://127.0.0.1:4002',
      leadTimeSeconds: 60,
    });
  });

  it('leaves a warehouse alone that has other products', async () => {
    await warehouse.stockProduct('OWN', 3);
    expect(await fill()).toBe(false);
    expect(await warehouse.dataSource.manager.find(Product)).toMatchObject([{ sku: 'OWN' }]);
  });
});
