import { Injectable } from '@nestjs/common';
import { In, MoreThan, type EntityManager } from 'typeorm';
import { Database } from '../database/database.js';
import { isDuplicate } from '../database/database-errors.js';
import { type Page } from '../database/page.js';
import { InventoryError } from '../errors.js';
import { StockLevel } from '../stock/stock-level.entity.js';
import { Factory } from './factory.entity.js';
import { Product } from './product.entity.js';
import { assertRulesAgree } from './product-rules.js';

export interface ProductWithStock {
  product: Product;
  level: StockLevel;
}

@Injectable()
export class ProductService {
  constructor(private readonly database: Database) {}

  /** Products in SKU order, starting behind the SKU `cursor`. */
  async list({ cursor, limit }: { cursor?: string; limit: number }): Promise<Page<ProductWithStock>> {
    return this.database.read(async (manager) => {
      const products = await manager.find(Product, {
        where: cursor ? { sku: MoreThan(cursor) } : {},
        order: { sku: 'ASC' },
        take: limit + 1,
      });
      const page = products.slice(0, limit);
      const levels = await manager.findBy(StockLevel, { sku: In(page.map(({ sku }) => sku)) });
      const levelOf = new Map(levels.map((level) => [level.sku, level]));
      return {
        items: page.map((product) => ({ product, level: levelOf.get(product.sku)! })),
        nextCursor: products.length > limit ? page.at(-1)!.sku : null,
      };
    });
  }

  /** @throws InventoryError `SKU.UNKNOWN` */
  async get(sku: string): Promise<ProductWithStock> {
    return this.database.read(async (manager) => {
      const product = await manager.findOneBy(Product, { sku });
      const level = await manager.findOneBy(StockLevel, { sku });
      if (!product || !level)
        throw new InventoryError('SKU.UNKNOWN', `There is no product ${sku}.`, { skus: [sku] });
      return { product, level };
    });
  }

  /**
   * Creates the product, with no stock, or replaces its description and rules. Its stock is never touched.
   *
   * @throws InventoryError `FACTORY.UNKNOWN`, `PRODUCT.RULES_CONTRADICT`
   */
  async save(product: Product): Promise<{ created: boolean }> {
    const save = () => this.database.write((manager) => saveWithin(manager, product));
    try {
      return await save();
    } catch (error) {
      // Another request created it meanwhile: now there is something to replace.
      if (isDuplicate(error)) return save();
      throw error;
    }
  }
}

async function saveWithin(manager: EntityManager, product: Product): Promise<{ created: boolean }> {
  assertRulesAgree(product);
  if (!(await manager.existsBy(Factory, { id: product.factoryId }))) {
    throw new InventoryError('FACTORY.UNKNOWN', `There is no factory ${product.factoryId}.`);
  }
  const exists = await manager.existsBy(Product, { sku: product.sku });
  if (exists) {
    await manager.update(Product, { sku: product.sku }, product);
  } else {
    await manager.insert(Product, product);
    await manager.insert(StockLevel, { sku: product.sku, onHand: 0 });
  }
  return { created: !exists };
}
