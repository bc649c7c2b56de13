import { Injectable } from '@nestjs/common';
import { In, Raw, type EntityManager, type FindOperator } from 'typeorm';
import { Database } from '../database/database.js';
import { isUniqueViolation } from '../database/database-errors.js';
import { type Page, type PageRequest, readPage } from '../database/page.js';
import { InventoryError } from '../errors.js';
import { StockLevel } from '../stock/stock-level.entity.js';
import { Factory } from './factory.entity.js';
import { Product } from './product.entity.js';
import { assertRulesAgree } from './product-rules.js';

export interface ProductWithStock {
  product: Product;
  level: StockLevel;
}

/** For the `where` of products: whether some of it can be bought. */
function hasStock(isThere: boolean): FindOperator<string> {
  const condition = isThere ? 'on_hand > reserved' : 'on_hand <= reserved';
  const among = (sku: string) => `${sku} IN (SELECT sku FROM stock_level WHERE ${condition})`;
  return Raw(among) as FindOperator<string>;
}

@Injectable()
export class ProductService {
  constructor(private readonly database: Database) {}

  /**
   * Products in SKU order, starting behind the SKU `cursor`.
   *
   * @param inStock whether some of it can be bought now; all products without it
   *
   * @throws InventoryError `CURSOR.UNKNOWN`
   */
  async list({ inStock, ...page }: PageRequest & { inStock?: boolean }): Promise<Page<ProductWithStock>> {
    const where = inStock === undefined ? {} : { sku: hasStock(inStock) };
    return this.database.read(async (manager) => {
      const { items, nextCursor } = await readPage(
        manager,
        { entity: Product, key: 'sku', order: 'asc', where },
        page,
      );
      const levels = await manager.findBy(StockLevel, { sku: In(items.map(({ sku }) => sku)) });
      const levelOf = new Map(levels.map((level) => [level.sku, level]));
      return { items: items.map((product) => ({ product, level: levelOf.get(product.sku)! })), nextCursor };
    });
  }

  /**
   * @param within the caller's transaction
   * @throws InventoryError `SKU.UNKNOWN`
   */
  async get(sku: string, within?: EntityManager): Promise<ProductWithStock> {
    return this.database.read(async (manager) => {
      const product = await manager.findOneBy(Product, { sku });
      const level = await manager.findOneBy(StockLevel, { sku });
      if (!product || !level)
        throw new InventoryError('SKU.UNKNOWN', `There is no product ${sku}.`, { skus: [sku] });
      return { product, level };
    }, within);
  }

  /**
   * Locks a product with its stock until the caller's transaction ends. The lock is that of the stock level, as for every
   * change of either.
   *
   * @returns undefined when there is no such product: then nothing is locked, and another transaction may create it
   */
  async lock(manager: EntityManager, sku: string): Promise<ProductWithStock | undefined> {
    const query = manager.createQueryBuilder(StockLevel, 'level').where({ sku });
    const level = await this.database.forUpdate(query).getOne();
    const product = level && (await manager.findOneBy(Product, { sku }));
    return product ? { product, level } : undefined;
  }

  /**
   * Creates the product, with no stock, or replaces its description and rules. Its stock is never touched.
   *
   * @param within the caller's transaction, in place of one of its own. It fails by `isUniqueViolation` when another one creates
   * the product at the same time, and may then be run again.
   * @throws InventoryError `FACTORY.UNKNOWN`, `PRODUCT.RULES_CONTRADICT`
   */
  async save(product: Product, within?: EntityManager): Promise<{ created: boolean }> {
    const save = () => this.database.write((manager) => saveWithin(manager, product), within);
    try {
      return await save();
    } catch (error) {
      // Another request has created the product: now it can be replaced.
      if (isUniqueViolation(error) && !within) return save();
      throw error;
    }
  }
}

async function saveWithin(manager: EntityManager, product: Product): Promise<{ created: boolean }> {
  assertRulesAgree(product);
  if (!(await manager.existsBy(Factory, { id: product.factoryId }))) {
    throw new InventoryError('FACTORY.UNKNOWN', `There is no factory ${product.factoryId}.`, {
      factoryId: product.factoryId,
    });
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
