import { Injectable } from '@nestjs/common';
import { In, type EntityManager } from 'typeorm';
import { Database } from '../database/database.js';
import { NotificationService } from '../notification/notification.service.js';
import { Factory } from '../product/factory.entity.js';
import { Product } from '../product/product.entity.js';
import { type RestockEstimate, RestockService } from '../restock/restock.service.js';
import { type RestockOrder } from '../restock/restock-order.entity.js';
import { StockService } from '../stock/stock.service.js';
import { allocate, type Allocation, type LockedSku } from './allocation.js';
import { type PendingSale, type SaleDecision, skusOf } from './pending-sale.js';
import { confirmedSale, type EarlierSale, findById, findByKey, insertSales, replay } from './sale-records.js';
import { SeenStock } from './seen-stock.js';
import { type ConfirmedSale } from './sale-request.js';

interface Sold {
  asked: PendingSale;
  sale: ConfirmedSale;
}

/** What one sale of a batch comes to, before the restock orders that a refused buyer is told of are known. */
type Finding = SaleDecision | Extract<Allocation, { kind: 'SHORT' }>;

/** Decides a batch of sales under the locks of their stock: whatever there is to decide, and on both databases. */
@Injectable()
export class LockingBatch {
  constructor(
    private readonly database: Database,
    private readonly stock: StockService,
    private readonly restock: RestockService,
    private readonly notifications: NotificationService,
    private readonly seen: SeenStock,
  ) {}

  /**
   * One transaction for all of `sales`, first come, first served. No two of them have the same key.
   *
   * @param isRetry an earlier attempt may have been committed, or still be
   * @returns a decision for each, in their order, once all are committed
   * @throws InventoryError `DATABASE.UNAVAILABLE`
   */
  async commit(sales: readonly PendingSale[], isRetry: boolean): Promise<SaleDecision[]> {
    const { decisions, stock } = await this.database.write((manager) => this.decide(manager, sales, isRetry));
    for (const { product, level } of stock.values()) this.seen.note(product, level);
    return decisions;
  }

  private async decide(manager: EntityManager, sales: readonly PendingSale[], isRetry: boolean) {
    const at = new Date();
    const stock = await this.lock(manager, skusOf(sales));
    // Looked up under the locks: what another process committed while this one waited for them is seen.
    const byKey = await findByKey(manager, sales);
    const byId = isRetry
      ? await findById(
          manager,
          sales.map(({ id }) => id),
        )
      : new Map<string, EarlierSale>();
    const sold: Sold[] = [];
    const findings = sales.map((asked): Finding => {
      const own = byId.get(asked.id);
      if (own) return { kind: 'CONFIRMED', sale: own.sale, replayed: false };
      const earlier = asked.idempotencyKey === null ? undefined : byKey.get(asked.idempotencyKey);
      if (earlier) return replay(earlier, asked);
      const allocation = allocate(asked, stock);
      if (allocation.kind === 'REJECTED') return allocation.error;
      if (allocation.kind === 'SHORT') return allocation;
      const sale = confirmedSale(asked, allocation.lines, at);
      sold.push({ asked, sale });
      return { kind: 'CONFIRMED', sale, replayed: false };
    });
    await this.write(manager, sold, stock, at);
    const estimates = await this.refill(manager, stock, at);
    return { decisions: findings.map((finding) => withEstimates(finding, estimates)), stock };
  }

  private async lock(manager: EntityManager, skus: readonly string[]): Promise<Map<string, LockedSku>> {
    const levels = await this.stock.lockKnown(manager, skus);
    const products = levels.size > 0 ? await manager.findBy(Product, { sku: In([...levels.keys()]) }) : [];
    return new Map(
      products.map((product) => [
        product.sku,
        { product, level: levels.get(product.sku)!, soldUnits: 0, hasRefused: false },
      ]),
    );
  }

  private async write(
    manager: EntityManager,
    sold: readonly Sold[],
    stock: ReadonlyMap<string, LockedSku>,
    at: Date,
  ): Promise<void> {
    const changed = [...stock.values()].filter(({ soldUnits, hasRefused }) => soldUnits > 0 || hasRefused);
    const postingId = sold[0]?.sale.id ?? '';
    await insertSales(manager, sold, postingId);
    await this.stock.recordSales(manager, changed, postingId, at);
  }

  /** Opens the restock orders that the batch has made due. @returns what is being done for each SKU that ran short */
  private async refill(
    manager: EntityManager,
    stock: ReadonlyMap<string, LockedSku>,
    at: Date,
  ): Promise<Map<string, RestockEstimate>> {
    const due = [...stock.values()].filter(
      ({ product, level, soldUnits, hasRefused }) =>
        hasRefused || (soldUnits > 0 && level.available <= product.reorderPoint),
    );
    const estimates = new Map<string, RestockEstimate>();
    if (due.length === 0) return estimates;
    const orders = await this.restock.ensureAll(manager, due, at);
    for (const { product, level, soldUnits, hasRefused } of due) {
      const order = orders.get(product.sku)!;
      if (soldUnits > 0 && level.available === 0) await this.tellOfEmptyStock(manager, product, order);
      if (hasRefused) estimates.set(product.sku, await this.restock.estimate(manager, order));
    }
    return estimates;
  }

  /** One mail each to those who can act, at the moment when the last unit goes. */
  private async tellOfEmptyStock(
    manager: EntityManager,
    product: Product,
    order: RestockOrder,
  ): Promise<void> {
    const factory = await manager.findOneByOrFail(Factory, { id: product.factoryId });
    const facts = { sku: product.sku, name: product.name, restockOrderId: order.id };
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
}

function withEstimates(finding: Finding, estimates: ReadonlyMap<string, RestockEstimate>): SaleDecision {
  if (!('kind' in finding) || finding.kind !== 'SHORT') return finding;
  return {
    kind: 'REFUSED',
    shortages: finding.shortages.map((shortage) => ({
      ...shortage,
      restockOrder: estimates.get(shortage.sku)!,
    })),
  };
}
