import { Injectable } from '@nestjs/common';
import { type EntityManager } from 'typeorm';
import { Clock } from '../database/clock.js';
import { Database } from '../database/database.js';
import { type TransactionPlan, type RowQuery } from '../database/row-queries.js';
import { NotificationService } from '../notification/notification.service.js';
import { type Factory } from '../product/factory.entity.js';
import { Product } from '../product/product.entity.js';
import { type RestockEstimate, restockEstimate, RestockService } from '../restock/restock.service.js';
import { isAtReorderPoint, isReordered } from '../restock/restock-rules.js';
import { type RestockOrder } from '../restock/restock-order.entity.js';
import { type StockLevel } from '../stock/stock-level.entity.js';
import { StockService } from '../stock/stock.service.js';
import { allocate, type Allocation, type LockedSku } from './allocation.js';
import { CustomerPurchases, lockPurchases } from './purchase-limit.js';
import { type PendingSale, type SaleDecision, skusOf } from './pending-sale.js';
import {
  type JoiningSale,
  joiningInserts,
  joiningSale,
  customerKeyToStore,
  keysOf,
  type NewSale,
  outcomeOf,
  placedSale,
  replay,
  saleInserts,
  saleQueries,
  type StoredSale,
  storedSales,
} from './stored-sales.js';
import { WebhookEvents } from '../webhook/webhook-events.service.js';
import { SellingRulesCache } from './selling-rules-cache.js';
import { StockCache } from './stock-cache.js';
import { saleArrival, type Supply } from './waiting-arrival.js';

/** What a batch reads under its locks. */
interface LockedBatch {
  at: Date;
  stock: ReadonlyMap<string, LockedSku>;
  /** The open order of each SKU that has one. */
  orders: Map<string, RestockOrder>;
  factories: ReadonlyMap<string, Factory>;
  purchases: CustomerPurchases;
  byKey: ReadonlyMap<string | null, StoredSale>;
  byId: ReadonlyMap<string, StoredSale>;
}

/** The decision about one sale, before its restock orders are known: a refusal names them. */
type ProvisionalDecision = SaleDecision | Extract<Allocation, { kind: 'SHORT' }>;

/** Decides a batch of sales under row locks on their stock: every case, on both databases. */
@Injectable()
export class LockingBatch {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly stock: StockService,
    private readonly restock: RestockService,
    private readonly notifications: NotificationService,
    private readonly webhooks: WebhookEvents,
    private readonly stockCache: StockCache,
    private readonly rules: SellingRulesCache,
  ) {}

  /**
   * One transaction for all of `sales`, first come, first served. No two of them have the same key.
   *
   * @param mayBeCommitted an earlier attempt may have been committed, or may still be committing
   * @returns a decision for each, in their order, once all are committed
   * @throws InventoryError `DATABASE.UNAVAILABLE`
   */
  async commit(sales: readonly PendingSale[], mayBeCommitted: boolean): Promise<SaleDecision[]> {
    const skus = skusOf(sales);
    const { decisions, stock } = await this.database.lockThenWrite(
      [
        // The locks come first: the other queries then see what another process committed while this one waited.
        this.stock.lockingQuery(skus),
        productQuery(skus),
        ...this.restock.openQueries(skus),
        ...saleQueries('idempotency_key', keysOf(sales)),
        ...saleQueries('id', mayBeCommitted ? sales.map(({ id }) => id) : []),
      ],
      async ([levels, products, orders, factories, ...stored], manager) =>
        this.decide(manager, sales, {
          at: this.clock.localNow(),
          stock: lockedSkus(levels, products),
          purchases: new CustomerPurchases(
            await lockPurchases(this.database, manager, sales, products),
            this.rules.timeAt(performance.now()),
          ),
          orders: new Map(orders.map((order) => [order.sku, order])),
          factories: new Map(factories.map((factory) => [factory.id, factory])),
          byKey: new Map(
            storedSales(stored[0], stored[1], stored[2]).map((sold) => [sold.idempotencyKey, sold]),
          ),
          byId: new Map(storedSales(stored[3], stored[4], stored[5]).map((sold) => [sold.sale.id, sold])),
        }),
    );
    for (const { product, level } of stock.values()) this.stockCache.update(product, level);
    return decisions;
  }

  private async decide(
    manager: EntityManager,
    sales: readonly PendingSale[],
    locked: LockedBatch,
  ): Promise<TransactionPlan<{ decisions: SaleDecision[]; stock: LockedBatch['stock'] }>> {
    const { at, stock, purchases } = locked;
    const made: NewSale[] = [];
    const joining: JoiningSale[] = [];
    const provisional = sales.map((asked): ProvisionalDecision => {
      const earlier = locked.byId.get(asked.id);
      if (earlier) return outcomeOf(earlier.sale, false);
      const used = asked.idempotencyKey === null ? undefined : locked.byKey.get(asked.idempotencyKey);
      if (used) return replay(used, asked);
      const allocation = allocate(asked, stock, this.rules.timeAt(asked.arrivedAt), purchases);
      if (allocation.kind === 'REJECTED') return allocation.error;
      if (allocation.kind === 'SHORT') return allocation;
      const customerKey = customerKeyToStore(asked, (sku) => stock.get(sku)?.product);
      if (allocation.kind === 'JOINED') {
        const joined = joiningSale(asked, { waits: allocation.lines, customerKey }, at);
        joining.push(joined);
        return outcomeOf(joined.sale, false);
      }
      const sale = placedSale(asked, 'CONFIRMED', allocation.lines, at);
      made.push({ asked, sale, customerKey });
      return outcomeOf(sale, false);
    });
    const estimates = await this.openDueRestockOrders(manager, locked);
    for (const { sale } of joining) {
      sale.waiting!.arrival = saleArrival(sale.waiting!.lines, suppliesOf(locked), at);
    }
    const postingId = made[0]?.sale.id ?? '';
    const changed = [...stock.values()].filter(({ soldUnits, hasRefused }) => soldUnits > 0 || hasRefused);
    return {
      result: { decisions: provisional.map((decision) => withEstimates(decision, estimates)), stock },
      changes: [
        ...saleInserts(made, postingId, at),
        ...purchases.inserts(),
        ...this.webhooks.saleInserts(
          made.map(({ sale }) => sale.id),
          at,
        ),
        ...this.stock.saleChanges(changed, postingId, at),
        ...joiningInserts(joining, at),
        ...this.stock.waitChanges(
          [...stock.values()].filter(({ hasJoined }) => hasJoined).map(({ level }) => level),
        ),
      ],
    };
  }

  /** Opens the restock orders that became due. @returns the estimate for each SKU that ran short and has an open order */
  private async openDueRestockOrders(
    manager: EntityManager,
    { at, stock, orders, factories }: LockedBatch,
  ): Promise<Map<string, RestockEstimate>> {
    const estimates = new Map<string, RestockEstimate>();
    for (const { product, level, soldUnits, reservedUnits, hasRefused } of stock.values()) {
      const takenUnits = soldUnits + reservedUnits;
      const isLow = (takenUnits > 0 || level.waiting > 0) && isAtReorderPoint(product, level);
      if (!hasRefused && !isLow) continue;
      if (!orders.has(product.sku) && isReordered(product)) {
        orders.set(product.sku, await this.restock.open(manager, product, level));
      }
      const order = orders.get(product.sku);
      if (takenUnits > 0 && level.available === 0) {
        await this.tellOutOfStock(manager, product, order, factories.get(product.factoryId)!);
      }
      if (hasRefused && order)
        estimates.set(product.sku, restockEstimate(order, factories.get(order.factoryId)!, at));
    }
    return estimates;
  }

  /** Tells each person who can act by a mail, and the shop's own systems, when the last unit is sold. */
  private async tellOutOfStock(
    manager: EntityManager,
    product: Product,
    order: RestockOrder | undefined,
    factory: Factory,
  ): Promise<void> {
    const at = await this.clock.now(manager);
    const facts = { sku: product.sku, name: product.name, restockOrderId: order?.id ?? null };
    const readers = [
      // Without an order there is nothing for the factory to do.
      ...(order ? [{ audience: 'FACTORY_MANAGER', to: factory.managerEmail } as const] : []),
      { audience: 'AD_MANAGER', to: product.adManagerEmail } as const,
    ];
    for (const reader of readers) {
      await this.notifications.request(manager, { kind: 'STOCK_RAN_OUT', ...reader, facts }, at);
    }
    await this.webhooks.announce(manager, { type: 'stock.sold_out', data: facts }, at);
  }
}

function suppliesOf({ stock, orders, factories }: LockedBatch): Map<string, Supply> {
  return new Map(
    [...stock.values()].map(({ product }) => {
      const openOrder = orders.get(product.sku) ?? null;
      const factory = factories.get((openOrder ?? product).factoryId)!;
      return [product.sku, { product, openOrder, factory }];
    }),
  );
}

function productQuery(skus: readonly string[]): RowQuery<Product> {
  return {
    entity: Product,
    text: 'SELECT * FROM product WHERE sku IN (?) ORDER BY sku',
    values: [skus],
  };
}

function lockedSkus(levels: readonly StockLevel[], products: readonly Product[]): Map<string, LockedSku> {
  const levelOf = new Map(levels.map((level) => [level.sku, level]));
  return new Map(
    products.flatMap((product) => {
      const level = levelOf.get(product.sku);
      return level
        ? [
            [
              product.sku,
              { product, level, soldUnits: 0, reservedUnits: 0, hasRefused: false, hasJoined: false },
            ],
          ]
        : [];
    }),
  );
}

function withEstimates(
  decision: ProvisionalDecision,
  estimates: ReadonlyMap<string, RestockEstimate>,
): SaleDecision {
  if (!('kind' in decision) || decision.kind !== 'SHORT') return decision;
  return {
    kind: 'REFUSED',
    shortages: decision.shortages.map((shortage) => ({
      ...shortage,
      restockOrder: estimates.get(shortage.sku) ?? null,
    })),
  };
}
