import { v7 as uuidv7 } from 'uuid';
import { type EntityManager } from 'typeorm';
import { Factory, type FactoryAdapterName } from './factory.entity.js';
import { Product } from './product.entity.js';
import { StockLevel } from '../stock/stock-level.entity.js';
import { StockMovement } from '../stock/stock-movement.entity.js';

export interface SeedSettings {
  factoryApiUrl: string;
  factoryAdapter: FactoryAdapterName;
  factoryLeadTimeSeconds: number;
  factoryOverdueAfterSeconds: number;
}

const DONUTS = [
  { sku: 'CP-502101', name: '도넛', priceKrw: 19_900, openingStock: 50 },
  { sku: 'CP-502102', name: '글레이즈드 도넛', priceKrw: 2_500, openingStock: 200 },
  { sku: 'CP-502103', name: '초콜릿 도넛', priceKrw: 2_900, openingStock: 200 },
  { sku: 'CP-502104', name: '한정판 흑임자 도넛', priceKrw: 4_900, openingStock: 10 },
];

const FACTORY_ID = 'FF-500293';

/**
 * Fills an empty warehouse with the shop's donuts. A warehouse with products keeps them unchanged: only the URL and the times
 * of its seeded factory follow `settings`.
 *
 * @returns whether products were written
 */
export async function seed(manager: EntityManager, settings: SeedSettings): Promise<boolean> {
  const reached = {
    apiUrl: settings.factoryApiUrl,
    adapter: settings.factoryAdapter,
    leadTimeSeconds: settings.factoryLeadTimeSeconds,
    overdueAfterSeconds: settings.factoryOverdueAfterSeconds,
  };
  if ((await manager.count(Product)) > 0) {
    await manager.update(Factory, { id: FACTORY_ID }, reached);
    return false;
  }
  await manager.insert(Factory, {
    id: FACTORY_ID,
    name: '팩토리',
    managerEmail: 'factory-manager@donut-states.example',
    ...reached,
  });
  for (const { sku, name, priceKrw, openingStock } of DONUTS) {
    await manager.insert(Product, {
      sku,
      name,
      priceKrw,
      factoryId: FACTORY_ID,
      reorderPoint: Math.floor(openingStock / 5),
      targetLevel: openingStock,
      lotSize: 10,
      maxPerSale: Math.min(openingStock, 50),
      adManagerEmail: 'ad-manager@donut-states.example',
    });
    await manager.insert(StockLevel, { sku, onHand: openingStock });
    await manager.insert(StockMovement, {
      id: uuidv7(),
      sku,
      delta: openingStock,
      reason: 'ADJUSTMENT',
      reference: 'opening stock',
      balanceAfter: openingStock,
      // eslint-disable-next-line no-restricted-syntax -- the time of the seed: nothing depends on it
      createdAt: new Date(),
    });
  }
  return true;
}
