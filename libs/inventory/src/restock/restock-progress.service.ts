import { Injectable } from '@nestjs/common';
import { LessThan, type EntityManager } from 'typeorm';
import { Clock } from '../database/clock.js';
import { Database } from '../database/database.js';
import { InventoryError } from '../errors.js';
import { type NotificationRequest, NotificationService } from '../notification/notification.service.js';
import { Factory } from '../product/factory.entity.js';
import { type StockLevel } from '../stock/stock-level.entity.js';
import { StockService } from '../stock/stock.service.js';
import { acceptOrder } from './accept-order.js';
import { learnLeadTimes } from './lead-time.js';
import { appendEvent, RestockOrderEvent } from './restock-order-event.entity.js';
import { WebhookEvents } from '../webhook/webhook-events.service.js';
import { RestockOrder } from './restock-order.entity.js';
import { isClosed, transition } from './restock-order-transitions.js';
import { requestDeadline } from './restock-rules.js';
import { unknownOrder } from './restock.service.js';

/** The most overdue orders that one call finds. The next call finds the rest. */
const OVERDUE_BATCH = 100;

/** Records the progress of restock orders, by the {@link transition} table. */
@Injectable()
export class RestockProgressService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly stock: StockService,
    private readonly notifications: NotificationService,
    private readonly webhooks: WebhookEvents,
  ) {}

  /** The attempts are used up: a person must redrive or discard. In the caller's transaction. */
  async markDeadLettered(
    manager: EntityManager,
    restockOrderId: string,
    cause: string,
    at: Date,
  ): Promise<void> {
    await transition(manager, restockOrderId, 'deadLetter', at, cause, { lastError: cause.slice(0, 500) });
  }

  /**
   * A person asks for new attempts. In the caller's transaction, which also writes the message.
   *
   * @param at now, by {@link Clock}: the request to the factory has a deadline from then on
   */
  async markRedriven(manager: EntityManager, restockOrderId: string, by: string, at: Date): Promise<void> {
    await transition(manager, restockOrderId, 'redrive', at, `by ${by}`, {
      deadlineAt: requestDeadline(at),
      waitingSince: null,
    });
  }

  /**
   * Goods of the order arrived. In the caller's transaction, which holds the locks and has put them into stock.
   *
   * @returns whether they complete the order
   */
  async recordGoods(
    manager: EntityManager,
    order: RestockOrder,
    level: StockLevel,
    quantity: number,
    at: Date,
  ): Promise<boolean> {
    await this.stock.changeOnOrder(manager, level, -quantity);
    const receivedQuantity = order.receivedQuantity + quantity;
    await manager.update(RestockOrder, { id: order.id }, { receivedQuantity });
    const detail = `${quantity} units arrived, ${receivedQuantity} of ${order.quantity}`;
    await appendEvent(manager, order.id, 'GOODS_RECEIVED', detail, at);
    if (receivedQuantity === order.quantity) {
      const isComplete = await transition(manager, order.id, 'complete', at, 'complete');
      await learnLeadTimes(
        manager,
        await this.lockFactory(manager, order.factoryId),
        { ...order, closedAt: at },
        at,
      );
      return isComplete;
    }
    // Goods prove that the factory has the order, even if its answer was lost.
    await acceptOrder(manager, order, at, null);
    return false;
  }

  /**
   * Goods of the order came and were not taken. In the caller's transaction.
   *
   * @returns whether they are the first that came after the order was closed
   */
  async recordRefusedGoods(
    manager: EntityManager,
    restockOrderId: string,
    cause: string,
    at: Date,
  ): Promise<boolean> {
    // Locked: of two deliveries at once, one is the first.
    const query = manager.createQueryBuilder(RestockOrder, 'restock').where({ id: restockOrderId });
    const order = await this.database.forUpdate(query).getOne();
    if (!order || !isClosed(order.status)) return false;
    const refusal = { restockOrderId, kind: 'GOODS_REFUSED' } as const;
    if (await manager.existsBy(RestockOrderEvent, refusal)) return false;
    await appendEvent(manager, restockOrderId, 'GOODS_REFUSED', cause, at);
    return true;
  }

  /**
   * A person gives the order up. The next sale that finds stock low opens another. Goods that still come for this one are
   * quarantined.
   *
   * @param within the caller's transaction, in place of one of its own
   * @throws InventoryError `RESTOCK_ORDER.UNKNOWN`, `RESTOCK_ORDER.CLOSED`
   */
  async cancel(
    restockOrderId: string,
    by: string,
    note: string,
    within?: EntityManager,
  ): Promise<RestockOrder> {
    return this.database.write(async (manager) => {
      const found = await manager.findOneBy(RestockOrder, { id: restockOrderId });
      if (!found) throw unknownOrder(restockOrderId);
      const cancelled = await this.close(manager, found, 'cancel', `by ${by}: ${note}`);
      const order = await manager.findOneByOrFail(RestockOrder, { id: restockOrderId });
      if (!cancelled) {
        throw new InventoryError(
          'RESTOCK_ORDER.CLOSED',
          `Restock order ${order.id} is ${order.status} already.`,
          {
            id: order.id,
            currentStatus: order.status,
          },
        );
      }
      return order;
    }, within);
  }

  /** A person discards the dead letter of an order, which is cancelled, unless its goods came after all. */
  async cancelDeadLettered(
    manager: EntityManager,
    restockOrderId: string,
    by: string,
    note: string,
  ): Promise<void> {
    const order = await manager.findOneBy(RestockOrder, { id: restockOrderId });
    if (order) await this.close(manager, order, 'discard', `by ${by}: ${note}`);
  }

  /**
   * Finds orders whose goods did not come by their deadline, and mails the operators once for each.
   *
   * @returns how many orders became overdue by this call
   */
  async markOverdue(): Promise<number> {
    const { now, late } = await this.database.read(async (manager) => {
      const now = await this.clock.now(manager);
      const late = await manager.find(RestockOrder, {
        where: { status: 'ORDERED', deadlineAt: LessThan(now) },
        order: { deadlineAt: 'ASC' },
        take: OVERDUE_BATCH,
      });
      return { now, late };
    });
    let overdue = 0;
    for (const order of late) {
      const isFirst = await this.database.write(async (manager) => {
        const missing = order.quantity - order.receivedQuantity;
        const detail = `${missing} units did not come by the deadline`;
        if (!(await transition(manager, order.id, 'miss', now, detail))) return false;
        const request: NotificationRequest = {
          kind: 'RESTOCK_OVERDUE',
          audience: 'OPERATORS',
          facts: {
            restockOrderId: order.id,
            sku: order.sku,
            factoryId: order.factoryId,
            quantity: order.quantity,
            receivedQuantity: order.receivedQuantity,
            deadlineAt: order.deadlineAt!.toISOString(),
          },
        };
        await this.notifications.request(manager, request, now);
        await this.webhooks.announce(manager, { type: 'restock.overdue', data: request.facts }, now);
        return true;
      });
      if (isFirst) overdue += 1;
    }
    return overdue;
  }

  private async lockFactory(manager: EntityManager, id: string): Promise<Factory> {
    return this.database
      .forUpdate(manager.createQueryBuilder(Factory, 'factory').where({ id }))
      .getOneOrFail();
  }

  /** @returns whether the order was in a state that the transition leaves, and is now cancelled */
  private async close(
    manager: EntityManager,
    { id, sku }: RestockOrder,
    name: 'cancel' | 'discard',
    detail: string,
  ): Promise<boolean> {
    const level = (await this.stock.lock(manager, [sku])).get(sku)!;
    // Read again under the lock: goods may have arrived while it waited.
    const { quantity, receivedQuantity } = await manager.findOneByOrFail(RestockOrder, { id });
    const isCancelled = await transition(manager, id, name, await this.clock.now(manager), detail);
    if (isCancelled) await this.stock.changeOnOrder(manager, level, receivedQuantity - quantity);
    return isCancelled;
  }
}
