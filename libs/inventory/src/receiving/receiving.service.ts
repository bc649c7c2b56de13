import { Injectable } from '@nestjs/common';
import { type EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { Clock } from '../database/clock.js';
import { Database } from '../database/database.js';
import { type NotificationRequest, NotificationService } from '../notification/notification.service.js';
import { Factory } from '../product/factory.entity.js';
import { Product } from '../product/product.entity.js';
import { WebhookEvents } from '../webhook/webhook-events.service.js';
import { type RangeKept, rangeKept } from '../restock/arrival-range.js';
import { RestockOrder } from '../restock/restock-order.entity.js';
import { appendEvent } from '../restock/restock-order-event.entity.js';
import { RestockProgressService } from '../restock/restock-progress.service.js';
import { RestockService } from '../restock/restock.service.js';
import { type StockLevel } from '../stock/stock-level.entity.js';
import { MAX_UNITS } from '../stock/stock-limits.js';
import { StockService } from '../stock/stock.service.js';
import { type LockedLevels } from '../waitlist/locked-levels.js';
import { WaitlistService } from '../waitlist/waitlist.service.js';
import { implausibleWithinMs, orderableSince, usualSeconds } from './early-goods.js';
import { GoodsReceipt } from './goods-receipt.entity.js';

/** Goods that the factory says it has delivered. */
export interface Delivery {
  restockOrderId: string;
  sku: string;
  factoryId: string;
  /** Whole units. */
  quantity: number;
  /** Identifies this delivery among those of the order. SHA-256 in hex. */
  deliveryFingerprint: string;
}

export type ReceiptRefusalCode =
  | 'RECEIPT.UNKNOWN_ORDER'
  | 'RECEIPT.MISMATCH'
  | 'RECEIPT.QUANTITY_INVALID'
  | 'RECEIPT.ORDER_CANCELLED'
  | 'RECEIPT.OVER_DELIVERY'
  | 'RECEIPT.STOCK_LIMIT';

export type ReceiptOutcome =
  /** `rangeKept` where the goods complete an order with a stated range. */
  | { kind: 'APPLIED'; rangeKept?: RangeKept }
  /** Applied before: nothing is changed now. */
  | { kind: 'DUPLICATE' }
  /** Cannot be trusted: nothing is changed, and a person must check it. */
  | { kind: 'REFUSED'; code: ReceiptRefusalCode; detail: string };

/** Puts delivered goods into stock: once each, and never more than was ordered. */
@Injectable()
export class ReceivingService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly stock: StockService,
    private readonly waitlist: WaitlistService,
    private readonly restock: RestockService,
    private readonly progress: RestockProgressService,
    private readonly notifications: NotificationService,
    private readonly webhooks: WebhookEvents,
  ) {}

  /** Applies one delivery. Goods may come late, in parts, and before the factory's answer. */
  async receive(delivery: Delivery): Promise<ReceiptOutcome> {
    return this.database.write(async (manager) => {
      const found = await manager.findOneBy(RestockOrder, { id: delivery.restockOrderId });
      if (!found) {
        return refused('RECEIPT.UNKNOWN_ORDER', `there is no restock order ${delivery.restockOrderId}`);
      }
      const levels = await this.waitlist.lock(manager, [found.sku]);
      const level = levels.get(found.sku)!;
      // Read again under the lock: the same delivery may have been applied while this one waited.
      const order = await manager.findOneByOrFail(RestockOrder, { id: found.id });
      const { restockOrderId, deliveryFingerprint } = delivery;
      if (await manager.existsBy(GoodsReceipt, { restockOrderId, deliveryFingerprint })) {
        return { kind: 'DUPLICATE' };
      }
      const refusal = refusalOf(delivery, order, level);
      if (refusal) return refusal;
      const kept = await this.apply(manager, delivery, order, levels);
      return { kind: 'APPLIED', ...(kept && { rangeKept: kept }) };
    });
  }

  private async apply(
    manager: EntityManager,
    delivery: Delivery,
    order: RestockOrder,
    levels: LockedLevels,
  ): Promise<RangeKept | undefined> {
    const level = levels.get(order.sku)!;
    const at = await this.clock.now(manager);
    // Before the goods are recorded: they may complete the order, and then count for the lead time themselves.
    if (order.receivedQuantity === 0) await this.alertEarly(manager, delivery, order, at);
    const receiptId = uuidv7();
    const { restockOrderId, deliveryFingerprint, quantity } = delivery;
    await manager.insert(GoodsReceipt, {
      id: receiptId,
      restockOrderId,
      deliveryFingerprint,
      quantity,
      receivedAt: at,
    });
    await this.stock.move(manager, level, {
      delta: quantity,
      reason: 'GOODS_RECEIPT',
      reference: receiptId,
      at,
    });
    const isComplete = await this.progress.recordGoods(manager, order, level, quantity, at);
    // Before anybody else can buy them.
    await this.waitlist.settle(manager, levels, at);
    if (!isComplete) return undefined;
    await this.followUp(manager, order, level, at);
    return rangeKept(order, at);
  }

  /**
   * Tells the operators of first goods that come implausibly soon: once for each order. They are taken all the same, since a
   * real factory may be fast.
   */
  private async alertEarly(
    manager: EntityManager,
    { quantity }: Delivery,
    order: RestockOrder,
    at: Date,
  ): Promise<void> {
    const { id: restockOrderId, sku, factoryId, orderedAt } = order;
    const factory = await manager.findOneByOrFail(Factory, { id: factoryId });
    const withinMs = implausibleWithinMs(factory);
    // The factory had the order then at the latest: the steps are read only where they can matter.
    if (withinMs === 0 || (orderedAt && at.getTime() - orderedAt.getTime() >= withinMs)) return;
    const { timeline } = await this.restock.get(restockOrderId, manager);
    const elapsedMs = at.getTime() - orderableSince(order, timeline, factory).getTime();
    if (elapsedMs >= withinMs) return;
    const elapsedSeconds = Math.max(0, Math.floor(elapsedMs / 1_000));
    const usual = usualSeconds(factory);
    const detail = `${quantity} units came ${elapsedSeconds} s after the order, where ${usual} s are usual`;
    await appendEvent(manager, restockOrderId, 'GOODS_EARLY', detail, at);
    const facts = { restockOrderId, sku, factoryId, quantity, elapsedSeconds, usualSeconds: usual };
    await this.notifications.request(manager, { kind: 'GOODS_EARLY', audience: 'OPERATORS', facts }, at);
  }

  /** Mails the advertising manager, and opens the next order if sales since then have made it due already. */
  private async followUp(
    manager: EntityManager,
    order: RestockOrder,
    level: StockLevel,
    at: Date,
  ): Promise<void> {
    const product = await manager.findOneByOrFail(Product, { sku: order.sku });
    await this.restock.ensure(manager, product, level);
    // Those who waited got all of it.
    if (level.available === 0) return;
    const request: NotificationRequest = {
      kind: 'GOODS_RECEIVED',
      audience: 'AD_MANAGER',
      to: product.adManagerEmail,
      facts: { sku: product.sku, name: product.name, quantity: order.quantity, onHand: level.available },
    };
    await this.notifications.request(manager, request, at);
    await this.webhooks.announce(manager, { type: 'stock.back', data: request.facts }, at);
  }
}

function refusalOf(
  delivery: Delivery,
  order: RestockOrder,
  { onHand }: StockLevel,
): ReceiptOutcome | undefined {
  if (delivery.sku !== order.sku || delivery.factoryId !== order.factoryId) {
    return refused(
      'RECEIPT.MISMATCH',
      `${delivery.sku} from ${delivery.factoryId} came for an order of ${order.sku} from ${order.factoryId}`,
    );
  }
  if (!Number.isSafeInteger(delivery.quantity) || delivery.quantity < 1) {
    return refused('RECEIPT.QUANTITY_INVALID', `${delivery.quantity} is no number of units`);
  }
  if (order.status === 'CANCELLED') {
    return refused('RECEIPT.ORDER_CANCELLED', `${delivery.quantity} units came for a cancelled order`);
  }
  const missing = order.quantity - order.receivedQuantity;
  if (delivery.quantity > missing) {
    return refused(
      'RECEIPT.OVER_DELIVERY',
      `${delivery.quantity} units came where ${missing} were still due`,
    );
  }
  if (onHand + delivery.quantity > MAX_UNITS) {
    return refused(
      'RECEIPT.STOCK_LIMIT',
      `${delivery.quantity} units came where ${onHand} are on hand, and ${MAX_UNITS} can be`,
    );
  }
  return undefined;
}

function refused(code: ReceiptRefusalCode, detail: string): ReceiptOutcome {
  return { kind: 'REFUSED', code, detail };
}
