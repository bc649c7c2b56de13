import { Injectable } from '@nestjs/common';
import { type EntityManager, In } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { NotificationService } from '../notification/notification.service.js';
import { Sale } from '../sale/sale.entity.js';
import { WaitingLine } from '../sale/waiting-line.entity.js';
import { StockService } from '../stock/stock.service.js';
import { WebhookEvents } from '../webhook/webhook-events.service.js';
import { buyerMail } from './buyer-mail.js';
import { chunks } from './chunks.js';
import { type LockedLevels } from './locked-levels.js';

/** Makes waiting sales whose units are all kept for them to confirmed ones. */
@Injectable()
export class SaleFilling {
  constructor(
    private readonly stock: StockService,
    private readonly notifications: NotificationService,
    private readonly webhooks: WebhookEvents,
  ) {}

  /**
   * Fills those of `saleIds` whose lines have all of their units, in the caller's transaction. One with a SKU that is not locked
   * stays: it may have joined after the locks were chosen, and the worker fills it.
   */
  async fillComplete(
    manager: EntityManager,
    saleIds: readonly string[],
    levels: LockedLevels,
    at: Date,
  ): Promise<void> {
    const lines: WaitingLine[] = [];
    for (const ids of chunks([...new Set(saleIds)])) {
      const found = await manager.findBy(WaitingLine, { saleId: In(ids) });
      for (const own of Map.groupBy(found, ({ saleId }) => saleId).values()) {
        if (own.every((line) => isReserved(line) && levels.has(line.sku))) lines.push(...own);
      }
    }
    if (lines.length > 0) await this.fill(manager, lines, levels, at);
  }

  /** @param lines of whole sales */
  private async fill(
    manager: EntityManager,
    lines: readonly WaitingLine[],
    levels: LockedLevels,
    at: Date,
  ): Promise<void> {
    const postingId = uuidv7();
    for (const [sku, own] of Map.groupBy(lines, (line) => line.sku)) {
      const level = levels.get(sku)!;
      const movementId = uuidv7();
      const units = own.reduce((sum, { quantity }) => sum + quantity, 0);
      await this.stock.move(manager, level, {
        ...{ id: movementId, delta: -units, reason: 'BACKORDER_FILL', reference: postingId, at },
      });
      level.reserved -= units;
      await this.stock.storeWaiting(manager, level);
      for (const part of chunks(own)) {
        await manager.update(
          WaitingLine,
          { sku, saleId: In(part.map(({ saleId }) => saleId)) },
          { outcome: 'FILLED', endedAt: at, movementId },
        );
      }
    }
    const saleIds = [...new Set(lines.map(({ saleId }) => saleId))];
    for (const ids of chunks(saleIds)) {
      await manager.update(Sale, { id: In(ids) }, { status: 'CONFIRMED', postingId, changedAt: at });
      await this.tellBuyers(manager, ids, lines, at);
    }
    await this.webhooks.announceSales(manager, saleIds, at);
  }

  private async tellBuyers(
    manager: EntityManager,
    saleIds: readonly string[],
    lines: readonly WaitingLine[],
    at: Date,
  ): Promise<void> {
    const sales = await manager.find(Sale, {
      select: { id: true, customerEmail: true },
      where: { id: In(saleIds) },
    });
    const linesOf = Map.groupBy(lines, ({ saleId }) => saleId);
    await this.notifications.requestAll(
      manager,
      sales.flatMap((sale) => buyerMail('BACKORDER_FILLED', sale, linesOf.get(sale.id)!)),
      at,
    );
  }
}

function isReserved({ outcome, quantity, reserved }: WaitingLine): boolean {
  return outcome === null && reserved === quantity;
}
