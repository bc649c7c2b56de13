import { Injectable } from '@nestjs/common';
import { In, LessThan, type EntityManager } from 'typeorm';
import { Clock } from '../database/clock.js';
import { Database } from '../database/database.js';
import { InventoryError } from '../errors.js';
import { type NotificationRequest, NotificationService } from '../notification/notification.service.js';
import { Factory } from '../product/factory.entity.js';
import { StockLevel } from '../stock/stock-level.entity.js';
import { StockService } from '../stock/stock.service.js';
import { appendEvent } from './restock-order-event.entity.js';
import { askingDeadline, RestockOrder, type RestockOrderStatus } from './restock-order.entity.js';

/** Whether a caller may now ask the factory for an order. */
export type AttemptClaim =
  /** `claimedAt` is the database's time. Measure the lease on your own monotonic clock, from before the claim. */
  | { kind: 'CLAIMED'; order: RestockOrder; factory: Factory; claimedAt: Date }
  /** Nothing to do any more: ordered, received or given up already. */
  | { kind: 'SETTLED' }
  /** Somebody else is asking right now. */
  | { kind: 'BUSY' };

const OPEN_STATUSES: RestockOrderStatus[] = ['REQUESTED', 'ORDERED', 'OVERDUE', 'DEAD_LETTERED'];

/** How many overdue orders one look finds at the most; the next look finds the rest. */
const OVERDUE_BATCH = 100;

/** Moves a restock order along. Every change is guarded by the state that it leaves, so that it happens once. */
@Injectable()
export class RestockProgressService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly stock: StockService,
    private readonly notifications: NotificationService,
  ) {}

  /**
   * Takes the right to ask the factory, for `leaseMs`. A message that is delivered twice gets it once.
   *
   * @throws InventoryError `RESTOCK_ORDER.UNKNOWN`
   */
  async claimAttempt(restockOrderId: string, leaseMs: number): Promise<AttemptClaim> {
    return this.database.write(async (manager) => {
      const now = await this.clock.now(manager);
      const { affected } = await manager
        .createQueryBuilder()
        .update(RestockOrder)
        .set({ attempts: () => 'attempts + 1', attemptUntil: new Date(now.getTime() + leaseMs) })
        .where(`id = :restockOrderId AND status = 'REQUESTED'`, { restockOrderId })
        .andWhere('(attempt_until IS NULL OR attempt_until < :now)', { now })
        .execute();
      const order = await manager.findOneBy(RestockOrder, { id: restockOrderId });
      if (!order) throw unknownOrder(restockOrderId);
      if (affected === 0) return { kind: order.status === 'REQUESTED' ? 'BUSY' : 'SETTLED' };
      return {
        kind: 'CLAIMED',
        claimedAt: now,
        order,
        factory: await manager.findOneByOrFail(Factory, { id: order.factoryId }),
      };
    });
  }

  /**
   * The factory accepted the order, even if it counted as given up meanwhile. Does nothing when its goods were faster
   * than its answer.
   */
  async recordOrdered(restockOrderId: string): Promise<void> {
    await this.database.write(async (manager) => {
      const now = await this.clock.now(manager);
      if (!(await this.markOrdered(manager, restockOrderId, ['REQUESTED', 'DEAD_LETTERED'], now))) return;
      await appendEvent(manager, restockOrderId, 'ORDERED', 'accepted by the factory', now);
    });
  }

  /**
   * The factory was asked and the attempt failed: the next one may start at once, unless it has started already.
   *
   * @param attemptUntil of the claimed order: the lease that ends. Without one, the failure only joins the timeline.
   */
  async recordAttemptFailure(
    restockOrderId: string,
    cause: string,
    attemptUntil: Date | null = null,
  ): Promise<void> {
    await this.database.write(async (manager) => {
      if (attemptUntil) {
        // Whoever claims after a lease has ended sets a later one, so the lease tells whose the attempt is.
        await manager.update(
          RestockOrder,
          { id: restockOrderId, status: 'REQUESTED', attemptUntil },
          { attemptUntil: null, lastError: cause.slice(0, 500) },
        );
      }
      const at = await this.clock.now(manager);
      await appendEvent(manager, restockOrderId, 'ATTEMPT_FAILED', cause, at);
    });
  }

  /** The attempts are used up: a person must redrive or discard. In the caller's transaction. */
  async markDeadLettered(
    manager: EntityManager,
    restockOrderId: string,
    cause: string,
    at: Date,
  ): Promise<void> {
    const { affected } = await manager.update(
      RestockOrder,
      { id: restockOrderId, status: 'REQUESTED' },
      { status: 'DEAD_LETTERED', attemptUntil: null, lastError: cause.slice(0, 500) },
    );
    if (affected === 1) await appendEvent(manager, restockOrderId, 'DEAD_LETTERED', cause, at);
  }

  /**
   * A person asks for new attempts. In the caller's transaction, which also writes the message.
   *
   * @param at now, by {@link Clock}: the factory must be asked by a deadline from then on
   */
  async markRedriven(manager: EntityManager, restockOrderId: string, by: string, at: Date): Promise<void> {
    const { affected } = await manager.update(
      RestockOrder,
      { id: restockOrderId, status: 'DEAD_LETTERED' },
      { status: 'REQUESTED', deadlineAt: askingDeadline(at) },
    );
    if (affected === 1) await appendEvent(manager, restockOrderId, 'REDRIVEN', `by ${by}`, at);
  }

  /**
   * A person gives the order up: the next sale that finds stock low opens another.
   * Goods that come for it all the same are quarantined.
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
      const cancelled = await this.cancelFrom(manager, found, OPEN_STATUSES, `by ${by}: ${note}`);
      const order = await manager.findOneByOrFail(RestockOrder, { id: restockOrderId });
      if (!cancelled) {
        throw new InventoryError(
          'RESTOCK_ORDER.CLOSED',
          `Restock order ${order.id} is ${order.status} already.`,
          {
            currentStatus: order.status,
          },
        );
      }
      return order;
    }, within);
  }

  /** A person discards the dead letter of an order: it is cancelled, unless its goods came after all. */
  async cancelDeadLettered(
    manager: EntityManager,
    restockOrderId: string,
    by: string,
    note: string,
  ): Promise<void> {
    const order = await manager.findOneBy(RestockOrder, { id: restockOrderId });
    if (order) await this.cancelFrom(manager, order, ['DEAD_LETTERED'], `by ${by}: ${note}`);
  }

  /**
   * Finds ordered goods that did not come by their deadline, and has the operators told once of each.
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
        const { affected } = await manager.update(
          RestockOrder,
          { id: order.id, status: 'ORDERED' },
          { status: 'OVERDUE' },
        );
        if (affected !== 1) return false;
        const missing = order.quantity - order.receivedQuantity;
        await appendEvent(manager, order.id, 'OVERDUE', `${missing} units did not come by the deadline`, now);
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
        return true;
      });
      if (isFirst) overdue += 1;
    }
    return overdue;
  }

  /**
   * Sets the state, times and deadline of an order that the factory has. In the caller's transaction.
   *
   * @param at now, by {@link Clock}
   */
  async markOrdered(
    manager: EntityManager,
    restockOrderId: string,
    from: ('REQUESTED' | 'DEAD_LETTERED')[],
    at: Date,
  ): Promise<boolean> {
    const order = await manager.findOneByOrFail(RestockOrder, { id: restockOrderId });
    const factory = await manager.findOneByOrFail(Factory, { id: order.factoryId });
    const { affected } = await manager.update(
      RestockOrder,
      { id: restockOrderId, status: In(from) },
      {
        status: 'ORDERED',
        attemptUntil: null,
        lastError: null,
        orderedAt: at,
        expectedAt: new Date(at.getTime() + factory.leadTimeSeconds * 1000),
        deadlineAt: new Date(at.getTime() + factory.overdueAfterSeconds * 1000),
      },
    );
    return affected === 1;
  }

  /** @returns whether the order was in one of the states `from`, and is now cancelled */
  private async cancelFrom(
    manager: EntityManager,
    { id, sku }: RestockOrder,
    from: RestockOrderStatus[],
    detail: string,
  ): Promise<boolean> {
    const level = (await this.stock.lock(manager, [sku])).get(sku)!;
    const order = await manager.findOneByOrFail(RestockOrder, { id });
    const at = await this.clock.now(manager);
    const { affected } = await manager.update(
      RestockOrder,
      { id, status: In(from) },
      { status: 'CANCELLED', openSku: null, attemptUntil: null, closedAt: at },
    );
    if (affected !== 1) return false;
    const onOrder = level.onOrder - (order.quantity - order.receivedQuantity);
    await manager.update(StockLevel, { sku }, { onOrder });
    await appendEvent(manager, id, 'CANCELLED', detail, at);
    return true;
  }
}

function unknownOrder(id: string): InventoryError {
  return new InventoryError('RESTOCK_ORDER.UNKNOWN', `There is no restock order ${id}.`);
}
