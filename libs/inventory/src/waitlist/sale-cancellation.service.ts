import { Injectable } from '@nestjs/common';
import { type EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { Clock } from '../database/clock.js';
import { Database } from '../database/database.js';
import { InventoryError } from '../errors.js';
import { NotificationService } from '../notification/notification.service.js';
import { giveBack } from '../sale/purchase-limit.js';
import { ReturnedLine } from '../sale/returned-line.entity.js';
import { SaleLine } from '../sale/sale-line.entity.js';
import { readSales } from '../sale/sale-reader.js';
import { type ShownSale } from '../sale/sale-request.js';
import { Sale, type SaleStatus } from '../sale/sale.entity.js';
import { WaitingLine } from '../sale/waiting-line.entity.js';
import { StockService } from '../stock/stock.service.js';
import { WebhookEvents } from '../webhook/webhook-events.service.js';
import { buyerMail } from './buyer-mail.js';
import { type LockedLevels } from './locked-levels.js';
import { WaitlistService } from './waitlist.service.js';

/** A sale under the locks of its SKUs. */
interface LockedSale {
  sale: Sale;
  lines: readonly (SaleLine | WaitingLine)[];
  levels: LockedLevels;
  at: Date;
}

/** Ends sales, and gives what they had to those who wait, or back into the stock. */
@Injectable()
export class SaleCancellationService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly stock: StockService,
    private readonly waitlist: WaitlistService,
    private readonly notifications: NotificationService,
    private readonly webhooks: WebhookEvents,
  ) {}

  /**
   * The buyer gives up a sale that waits.
   *
   * @throws InventoryError `SALE.UNKNOWN`, `SALE.NOT_WAITING`
   */
  async leave(saleId: string): Promise<ShownSale> {
    return this.locked(saleId, async (manager, locked) => {
      const { sale } = locked;
      if (sale.status !== 'WAITING') throw notWaiting(sale);
      await this.endWait(manager, locked, 'CANCELLED');
    });
  }

  /**
   * An operator cancels a sale. The units of one that was confirmed come back into the stock, once.
   *
   * @param within the caller's transaction, in place of one of its own
   * @returns the sale, and its status before
   * @throws InventoryError `SALE.UNKNOWN`, `SALE.ENDED`
   */
  async cancel(saleId: string, within?: EntityManager): Promise<{ before: SaleStatus; sale: ShownSale }> {
    let before: SaleStatus = 'CONFIRMED';
    const sale = await this.locked(
      saleId,
      async (manager, locked) => {
        const { sale } = locked;
        before = sale.status;
        if (sale.status === 'WAITING') return this.endWait(manager, locked, 'CANCELLED');
        if (sale.status === 'CONFIRMED') return this.takeBack(manager, locked);
        throw ended(sale);
      },
      within,
    );
    return { before, sale };
  }

  /** A sale has waited for as long as it may, unless it has its units by now. @returns whether it expired */
  async expire(saleId: string): Promise<boolean> {
    const { status } = await this.locked(saleId, async (manager, locked) => {
      const { sale, lines, at } = locked;
      if (sale.status !== 'WAITING' || !isOver(lines as WaitingLine[], at)) return;
      await this.endWait(manager, locked, 'EXPIRED');
      const mail = buyerMail('BACKORDER_EXPIRED', sale, lines);
      await this.notifications.requestAll(manager, mail, at);
    });
    return status === 'EXPIRED';
  }

  private async locked(
    saleId: string,
    work: (manager: EntityManager, locked: LockedSale) => Promise<void>,
    within?: EntityManager,
  ): Promise<ShownSale> {
    return this.database.write(async (manager) => {
      const lines = await linesOf(manager, saleId);
      if (lines.length === 0) throw unknownSale(saleId);
      const levels = await this.waitlist.lock(
        manager,
        lines.map(({ sku }) => sku),
      );
      // Read under the lock: it may have been filled while this one waited.
      const sale = await manager.findOneBy(Sale, { id: saleId });
      if (!sale) throw unknownSale(saleId);
      const at = await this.clock.now(manager);
      await work(manager, { sale, lines: await linesOf(manager, saleId), levels, at });
      const [ended] = await readSales(manager, [await manager.findOneByOrFail(Sale, { id: saleId })], at);
      return ended!;
    }, within);
  }

  private async endWait(
    manager: EntityManager,
    { sale, lines, levels, at }: LockedSale,
    outcome: 'CANCELLED' | 'EXPIRED',
  ): Promise<void> {
    for (const { sku, quantity, reserved } of lines as WaitingLine[]) {
      const level = levels.get(sku)!;
      level.reserved -= reserved;
      level.waiting -= quantity - reserved;
      if (reserved < quantity) level.waitingLines -= 1;
      await this.stock.storeWaiting(manager, level);
    }
    await giveBack(manager, lines, sale.customerKey, sale.createdAt);
    await manager.update(WaitingLine, { saleId: sale.id }, { reserved: 0, outcome, endedAt: at });
    await this.end(manager, sale, outcome, at);
    await this.waitlist.settle(manager, levels, at);
  }

  private async takeBack(manager: EntityManager, { sale, lines, levels, at }: LockedSale): Promise<void> {
    for (const { sku, quantity } of lines) {
      const id = uuidv7();
      const movement = { id, delta: quantity, reason: 'RETURN', reference: sale.id, at } as const;
      await this.stock.move(manager, levels.get(sku)!, movement);
      await manager.insert(ReturnedLine, { saleId: sale.id, sku, quantity, movementId: id });
    }
    await giveBack(manager, lines, sale.customerKey, sale.createdAt);
    await this.end(manager, sale, 'CANCELLED', at);
    await this.waitlist.settle(manager, levels, at);
  }

  private async end(
    manager: EntityManager,
    { id, status: previousStatus }: Sale,
    status: 'CANCELLED' | 'EXPIRED',
    at: Date,
  ): Promise<void> {
    await manager.update(Sale, { id }, { status, changedAt: at });
    await this.webhooks.announce(manager, { type: 'sale.ended', data: { id, status, previousStatus } }, at);
  }
}

/** A sale that has all of its units is not over: {@link WaitlistUpkeepService} fills it. */
function isOver(lines: readonly WaitingLine[], at: Date): boolean {
  const missesUnits = lines.some(({ quantity, reserved }) => reserved < quantity);
  return missesUnits && lines.some(({ waitUntil }) => waitUntil <= at);
}

async function linesOf(manager: EntityManager, saleId: string): Promise<(SaleLine | WaitingLine)[]> {
  const order = { sku: 'ASC' } as const;
  const lines = await manager.find(SaleLine, { where: { saleId }, order });
  return lines.length > 0 ? lines : manager.find(WaitingLine, { where: { saleId }, order });
}

function unknownSale(id: string): InventoryError {
  return new InventoryError('SALE.UNKNOWN', `There is no sale ${id}.`, { id });
}

function notWaiting({ id, status }: Sale): InventoryError {
  return new InventoryError('SALE.NOT_WAITING', `Sale ${id} is ${status}, and waits for nothing.`, {
    id,
    currentStatus: status,
  });
}

function ended({ id, status }: Sale): InventoryError {
  return new InventoryError('SALE.ENDED', `Sale ${id} is ${status} already.`, { id, currentStatus: status });
}
