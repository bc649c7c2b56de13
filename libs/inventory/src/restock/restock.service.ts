import { Injectable } from '@nestjs/common';
import { LessThan, type EntityManager, type FindOptionsWhere } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { Clock } from '../database/clock.js';
import { Database } from '../database/database.js';
import { type Page, type PageRequest, readPage, type TimeRange, isWithin } from '../database/page.js';
import { type RowQuery } from '../database/row-queries.js';
import { InventoryError } from '../errors.js';
import { OutboxService } from '../outbox/outbox.service.js';
import { Factory } from '../product/factory.entity.js';
import { Product } from '../product/product.entity.js';
import { type StockLevel } from '../stock/stock-level.entity.js';
import { StockService } from '../stock/stock.service.js';
import { remainingRange } from './arrival-range.js';
import { expectedLeadTimeMs } from './lead-time.js';
import { appendEvent, RestockOrderEvent } from './restock-order-event.entity.js';
import { RestockOrder, type RestockOrderStatus } from './restock-order.entity.js';
import { isOrderDue, requestDeadline, restockQuantity } from './restock-rules.js';

/** The facts about the refill that a refused buyer gets. */
export interface RestockEstimate {
  id: string;
  status: RestockOrderStatus;
  quantity: number;
  /** When goods are expected; null when that is unknown. */
  estimatedAt: Date | null;
  /** The range: half of such orders arrive by its begin (P50). Null when that is unknown. */
  estimatedFrom: Date | null;
  /** Nine of ten such orders arrive by its end (P90). */
  estimatedTo: Date | null;
}

/** A restock order and its steps, first to last. */
export interface OrderWithTimeline {
  order: RestockOrder;
  timeline: RestockOrderEvent[];
}

/** The most orders with a lost request that one call finds. The next call finds the rest. */
const RESEND_BATCH = 100;

/** Opens restock orders, by the rules of `restock-rules.ts`, and lists them. */
@Injectable()
export class RestockService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly stock: StockService,
    private readonly outbox: OutboxService,
  ) {}

  /**
   * Returns the open restock order of a SKU. Opens one when it is due. In the caller's
   * transaction, which holds the lock on `level`.
   *
   * @returns null when none is open, and none is due
   */
  async ensure(manager: EntityManager, product: Product, level: StockLevel): Promise<RestockOrder | null> {
    const open = await manager.findOneBy(RestockOrder, { openSku: product.sku });
    if (open || !isOrderDue(product, level)) return open;
    return this.open(manager, product, level);
  }

  /** The open restock orders of `skus`, and the factories that make these. */
  openQueries(skus: readonly string[]): [RowQuery<RestockOrder>, RowQuery<Factory>] {
    return [
      { entity: RestockOrder, text: 'SELECT * FROM restock_order WHERE open_sku IN (?)', values: [skus] },
      {
        entity: Factory,
        text: `SELECT * FROM factory WHERE id IN (
          SELECT factory_id FROM product WHERE sku IN (?)
          UNION SELECT factory_id FROM restock_order WHERE open_sku IN (?)
        )`,
        values: [skus, skus],
      },
    ];
  }

  /**
   * Opens an order that is due. The caller holds the lock on `level`, and has found no open one. While it is open, refused
   * demand counts for the next order, so that a surge of refused buyers makes one order.
   */
  async open(manager: EntityManager, product: Product, level: StockLevel): Promise<RestockOrder> {
    // A sale has the time of its process. A deadline needs the time of the database, for one statement more.
    const at = await this.clock.now(manager);
    const order = manager.create(RestockOrder, {
      id: uuidv7(),
      sku: product.sku,
      factoryId: product.factoryId,
      quantity: restockQuantity(product, level),
      receivedQuantity: 0,
      status: 'REQUESTED',
      openSku: product.sku,
      requestedAt: at,
      deadlineAt: requestDeadline(at),
    });
    await manager.insert(RestockOrder, order);
    await appendEvent(
      manager,
      order.id,
      'REQUESTED',
      `${order.quantity} units asked of ${order.factoryId}`,
      at,
    );
    level.refusedDemand = 0;
    await this.stock.changeOnOrder(manager, level, order.quantity);
    await this.outbox.add(manager, 'restock', { restockOrderId: order.id }, at);
    return order;
  }

  /**
   * Opens a restock order if one is due: for changes that are not sales.
   *
   * @param within the caller's transaction, in place of one of its own
   * @throws InventoryError `SKU.UNKNOWN`
   */
  async review(sku: string, within?: EntityManager): Promise<void> {
    await this.database.write(async (manager) => {
      const level = (await this.stock.lock(manager, [sku])).get(sku)!;
      await this.ensure(manager, await manager.findOneByOrFail(Product, { sku }), level);
    }, within);
  }

  /**
   * Sends the message again for orders that were not sent to the factory in time: a queue may have lost it. A message that
   * is only late does no harm, because an attempt is claimed once.
   *
   * @returns the number of messages that were sent again
   */
  async resendLostRequests(): Promise<number> {
    const { now, lost } = await this.database.read(async (manager) => {
      const now = await this.clock.now(manager);
      const lost = await manager.find(RestockOrder, {
        where: { status: 'REQUESTED', deadlineAt: LessThan(now) },
        order: { deadlineAt: 'ASC' },
        take: RESEND_BATCH,
      });
      return { now, lost };
    });
    let resent = 0;
    for (const { id } of lost) {
      resent += await this.database.write(async (manager) => {
        const { affected } = await manager.update(
          RestockOrder,
          { id, status: 'REQUESTED', deadlineAt: LessThan(now) },
          { deadlineAt: requestDeadline(now), attemptMessageId: null },
        );
        if (affected !== 1) return 0;
        await appendEvent(
          manager,
          id,
          'REQUESTED',
          'sent again: the factory did not get the order in time',
          now,
        );
        await this.outbox.add(manager, 'restock', { restockOrderId: id }, now);
        return 1;
      });
    }
    return resent;
  }

  /**
   * Restock orders, newest first unless `order` is `asc`, starting behind the id `cursor`. The range is that of their opening.
   *
   * @throws InventoryError `CURSOR.UNKNOWN`
   */
  async list({
    sku,
    status,
    since,
    until,
    ...page
  }: PageRequest & TimeRange & { sku?: string; status?: RestockOrderStatus }): Promise<Page<RestockOrder>> {
    const where: FindOptionsWhere<RestockOrder> = {};
    if (sku) where.sku = sku;
    if (status) where.status = status;
    if (since ?? until) where.requestedAt = isWithin({ since, until });
    // The ids are UUIDv7: their order is the order of opening.
    const list = { entity: RestockOrder, key: 'id', order: 'desc', where } as const;
    return this.database.read((manager) => readPage(manager, list, page));
  }

  /**
   * Locks an order until the caller's transaction ends. It locks the SKU first, as every change of the order's goods does.
   *
   * @throws InventoryError `RESTOCK_ORDER.UNKNOWN`
   */
  async lock(manager: EntityManager, id: string): Promise<OrderWithTimeline> {
    const { order } = await this.get(id, manager);
    await this.stock.lock(manager, [order.sku]);
    const query = manager.createQueryBuilder(RestockOrder, 'restock').where({ id });
    await this.database.forUpdate(query).getOne();
    return this.get(id, manager);
  }

  /**
   * @param within the caller's transaction
   * @throws InventoryError `RESTOCK_ORDER.UNKNOWN`
   */
  async get(id: string, within?: EntityManager): Promise<OrderWithTimeline> {
    return this.database.read(async (manager) => {
      const order = await manager.findOneBy(RestockOrder, { id });
      if (!order) throw unknownOrder(id);
      const timeline = await manager.find(RestockOrderEvent, {
        where: { restockOrderId: id },
        // The ids begin with the times of different processes, which may disagree.
        order: { createdAt: 'ASC', id: 'ASC' },
      });
      return { order, timeline };
    }, within);
  }
}

export function unknownOrder(id: string): InventoryError {
  return new InventoryError('RESTOCK_ORDER.UNKNOWN', `There is no restock order ${id}.`, { id });
}

/**
 * The estimate for a buyer of this order's SKU.
 *
 * @param now by the local clock, which is enough: an estimate decides nothing
 */
export function restockEstimate(order: RestockOrder, factory: Factory, now: Date): RestockEstimate {
  let estimatedAt = order.status === 'ORDERED' ? order.expectedAt : null;
  if (order.status === 'REQUESTED') {
    estimatedAt = new Date(order.requestedAt.getTime() + expectedLeadTimeMs(factory));
  }
  // A time in the past was wrong, and predicts nothing.
  if (estimatedAt && estimatedAt < now) estimatedAt = null;
  const range = remainingRange(order, factory, now);
  return {
    ...{ id: order.id, status: order.status, quantity: order.quantity, estimatedAt },
    estimatedFrom: range?.from ?? null,
    estimatedTo: range?.to ?? null,
  };
}
