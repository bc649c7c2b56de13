import { Injectable } from '@nestjs/common';
import { type EntityManager } from 'typeorm';
import { StockService } from '../stock/stock.service.js';
import { type LockedLevels } from './locked-levels.js';
import { SaleFilling } from './sale-filling.js';
import { reserveInOrder, withdrawFromLast } from './reservation.js';

/**
 * Gives what is on hand to the sales that wait for it, strictly in their order within a SKU: units are kept for the first line that
 * misses some. A sale is filled when the lines of all of its SKUs have theirs. Until then a sale of several SKUs keeps the units that
 * it has: it may hold up the buyers of one product while it waits for another, until it expires.
 */
@Injectable()
export class WaitlistService {
  constructor(
    private readonly stock: StockService,
    private readonly filling: SaleFilling,
  ) {}

  /**
   * Locks the stock levels of `skus`, and those of every other SKU in a sale that waits for one of them, in the caller's
   * transaction, in SKU order.
   *
   * @throws InventoryError `SKU.UNKNOWN`
   */
  async lock(manager: EntityManager, skus: readonly string[]): Promise<LockedLevels> {
    const others = await manager.query<{ sku: string }[]>(
      `SELECT DISTINCT other.sku AS sku FROM waiting_line line JOIN waiting_line other ON other.sale_id = line.sale_id
        WHERE line.sku IN (${skus.map(() => '?').join()}) AND line.outcome IS NULL AND line.sale_skus > 1`,
      [...skus],
    );
    return this.stock.lock(manager, [...new Set([...skus, ...others.map(({ sku }) => sku)])]);
  }

  /**
   * Brings the waitlists into line with the stock, in the caller's transaction, which holds the locks of {@link lock}: to be called
   * after every change that may have made units available, or taken some that were kept.
   *
   * @param at now, by {@link Clock}
   */
  async settle(manager: EntityManager, levels: LockedLevels, at: Date): Promise<void> {
    const complete: string[] = [];
    for (const level of levels.values()) {
      if (level.available < 0) await withdrawFromLast(manager, level);
      else if (level.available > 0 && level.waiting > 0)
        complete.push(...(await reserveInOrder(manager, level)));
      else continue;
      await this.stock.storeWaiting(manager, level);
    }
    if (complete.length > 0) await this.filling.fillComplete(manager, complete, levels, at);
  }
}
