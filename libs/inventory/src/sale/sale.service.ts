import { Injectable } from '@nestjs/common';
import { In, type EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { Database } from '../database/database.js';
import { isDuplicate } from '../database/database-errors.js';
import { InventoryError } from '../errors.js';
import { NotificationService } from '../notification/notification.service.js';
import { Factory } from '../product/factory.entity.js';
import { Product } from '../product/product.entity.js';
import { RestockService } from '../restock/restock.service.js';
import { StockLevel } from '../stock/stock-level.entity.js';
import { StockService } from '../stock/stock.service.js';
import { SaleLine } from './sale-line.entity.js';
import {
  fingerprint,
  sumLines,
  type ConfirmedSale,
  type SaleOutcome,
  type SaleRequest,
  type Shortage,
} from './sale-request.js';
import { Sale } from './sale.entity.js';

/**
 * Refused demand counts up to this many times the target level. Beyond it is no forecast: anybody can be refused as
 * often as they like, and must not be able to order a factory full of goods.
 */
const MAX_REFUSED_TARGETS = 10;

interface LockedLine {
  product: Product;
  level: StockLevel;
  quantity: number;
}

/** Sells what is there: never a unit more, and nothing before it is on disk. */
@Injectable()
export class SaleService {
  constructor(
    private readonly database: Database,
    private readonly stock: StockService,
    private readonly restock: RestockService,
    private readonly notifications: NotificationService,
  ) {}

  /**
   * Sells all lines or none. A refusal is an outcome, not an error: it counts the demand for the next restock
   * order and makes sure that one is open.
   *
   * @returns once the outcome is committed
   * @throws InventoryError `SKU.UNKNOWN`, `SALE.QUANTITY_EXCEEDED`, `SALE.KEY_REUSED`, `DATABASE.UNAVAILABLE`
   */
  async place(request: SaleRequest): Promise<SaleOutcome> {
    const quantities = sumLines(request.lines);
    const sale: Sale = {
      id: uuidv7(),
      idempotencyKey: request.idempotencyKey ?? null,
      requestFingerprint: fingerprint(quantities, request.customerEmail),
      status: 'CONFIRMED',
      customerEmail: request.customerEmail ?? null,
      createdAt: new Date(),
    };
    try {
      return await this.database.write((manager) => this.placeWithin(manager, sale, quantities));
    } catch (error) {
      // Another request took the key meanwhile, under other SKUs and so other locks: its sale is there now.
      if (isDuplicate(error) && sale.idempotencyKey) return this.replay(sale);
      throw error;
    }
  }

  /** @throws InventoryError `SALE.UNKNOWN` */
  async get(id: string): Promise<ConfirmedSale> {
    return this.database.read(async (manager) => {
      const sale = await manager.findOneBy(Sale, { id });
      if (!sale) throw new InventoryError('SALE.UNKNOWN', `There is no sale ${id}.`);
      return this.withLines(manager, sale);
    });
  }

  private async placeWithin(
    manager: EntityManager,
    sale: Sale,
    quantities: Map<string, number>,
  ): Promise<SaleOutcome> {
    const skus = [...quantities.keys()];
    // Looked up under the locks: the twin of this request that committed while it waited is seen.
    const levels = await this.stock.lock(manager, skus);
    const earlier = await this.findByKey(manager, sale);
    if (earlier) return earlier;

    const products = new Map(
      (await manager.findBy(Product, { sku: In(skus) })).map((found) => [found.sku, found]),
    );
    const lines = skus.map((sku) => ({
      product: products.get(sku)!,
      level: levels.get(sku)!,
      quantity: quantities.get(sku)!,
    }));
    refuseExcess(lines);

    const short = lines.filter(({ level, quantity }) => level.available < quantity);
    return short.length > 0
      ? { kind: 'REFUSED', shortages: await this.refuse(manager, short, sale.createdAt) }
      : { kind: 'CONFIRMED', sale: await this.confirm(manager, sale, lines), replayed: false };
  }

  private async confirm(manager: EntityManager, sale: Sale, lines: LockedLine[]): Promise<ConfirmedSale> {
    const at = sale.createdAt;
    await manager.insert(Sale, sale);
    await manager.insert(
      SaleLine,
      lines.map(({ product, quantity }) => ({
        saleId: sale.id,
        sku: product.sku,
        quantity,
        unitPriceKrw: product.priceKrw,
      })),
    );
    for (const { product, level, quantity } of lines) {
      await this.stock.move(manager, level, { delta: -quantity, reason: 'SALE', reference: sale.id, at });
      const order = await this.restock.ensure(manager, product, level, at);
      if (level.available === 0) await this.tellOfEmptyStock(manager, product, order?.id ?? null);
    }
    return confirmedSale(
      sale,
      lines.map(({ product, quantity }) => ({ sku: product.sku, quantity, unitPriceKrw: product.priceKrw })),
    );
  }

  private async refuse(manager: EntityManager, short: LockedLine[], at: Date): Promise<Shortage[]> {
    const shortages: Shortage[] = [];
    for (const { product, level, quantity } of short) {
      const mostRefused = product.targetLevel * MAX_REFUSED_TARGETS;
      level.refusedDemand = Math.min(level.refusedDemand + quantity, mostRefused);
      await manager.update(StockLevel, { sku: level.sku }, { refusedDemand: level.refusedDemand });
      const order = await this.restock.ensureAfterRefusal(manager, product, level, at);
      shortages.push({
        sku: product.sku,
        requestedQuantity: quantity,
        availableQuantity: level.available,
        restockOrder: await this.restock.estimate(manager, order),
      });
    }
    return shortages;
  }

  /** One mail each to those who can act, at the moment when the last unit goes. */
  private async tellOfEmptyStock(
    manager: EntityManager,
    product: Product,
    restockOrderId: string | null,
  ): Promise<void> {
    const factory = await manager.findOneByOrFail(Factory, { id: product.factoryId });
    const facts = { sku: product.sku, name: product.name, restockOrderId };
    await this.notifications.request(manager, {
      kind: 'STOCK_RAN_OUT',
      audience: 'FACTORY_MANAGER',
      to: factory.managerEmail,
      facts,
    });
    await this.notifications.request(manager, {
      kind: 'STOCK_RAN_OUT',
      audience: 'AD_MANAGER',
      to: product.adManagerEmail,
      facts,
    });
  }

  private async replay(sale: Sale): Promise<SaleOutcome> {
    const earlier = await this.database.read((manager) => this.findByKey(manager, sale));
    if (!earlier)
      throw new Error(`The sale under the key of ${sale.id} was refused as a duplicate and is not there.`);
    return earlier;
  }

  /** The sale that was made under this one's key, if any. */
  private async findByKey(manager: EntityManager, sale: Sale): Promise<SaleOutcome | undefined> {
    if (!sale.idempotencyKey) return undefined;
    const earlier = await manager.findOneBy(Sale, { idempotencyKey: sale.idempotencyKey });
    if (!earlier) return undefined;
    if (earlier.requestFingerprint !== sale.requestFingerprint) {
      throw new InventoryError('SALE.KEY_REUSED', 'This idempotency key was used for another request.');
    }
    return { kind: 'CONFIRMED', sale: await this.withLines(manager, earlier), replayed: true };
  }

  private async withLines(manager: EntityManager, sale: Sale): Promise<ConfirmedSale> {
    const lines = await manager.find(SaleLine, { where: { saleId: sale.id }, order: { sku: 'ASC' } });
    return confirmedSale(
      sale,
      lines.map(({ sku, quantity, unitPriceKrw }) => ({ sku, quantity, unitPriceKrw })),
    );
  }
}

function refuseExcess(lines: LockedLine[]): void {
  for (const { product, quantity } of lines) {
    if (quantity <= product.maxPerSale) continue;
    throw new InventoryError(
      'SALE.QUANTITY_EXCEEDED',
      `One sale takes at most ${product.maxPerSale} units of ${product.sku}.`,
      { sku: product.sku, requestedQuantity: quantity, maxPerSale: product.maxPerSale },
    );
  }
}

function confirmedSale(sale: Sale, lines: ConfirmedSale['lines']): ConfirmedSale {
  return {
    id: sale.id,
    status: sale.status,
    lines,
    totalKrw: lines.reduce((total, { quantity, unitPriceKrw }) => total + quantity * unitPriceKrw, 0),
    customerEmail: sale.customerEmail,
    createdAt: sale.createdAt,
  };
}
