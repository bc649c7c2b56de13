import { Injectable } from '@nestjs/common';
import { type EntityManager } from 'typeorm';
import { Clock } from '../database/clock.js';
import { Database } from '../database/database.js';
import { Product } from '../product/product.entity.js';
import { RestockService } from '../restock/restock.service.js';
import { StockLevel } from '../stock/stock-level.entity.js';
import { StockService } from '../stock/stock.service.js';
import { WaitlistService } from '../waitlist/waitlist.service.js';

/** Corrects stock by hand: after a count, or for goods that were quarantined. */
@Injectable()
export class AdjustmentService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly stock: StockService,
    private readonly waitlist: WaitlistService,
    private readonly restock: RestockService,
  ) {}

  /**
   * @param delta units added, or taken when negative
   * @param note why, kept in the ledger; up to 255 characters
   * @param by the operator, kept in the ledger
   * @param within the caller's transaction, in place of one of its own
   * @returns the stock level after it
   * @throws InventoryError `SKU.UNKNOWN`, `STOCK.NEGATIVE`, `STOCK.LIMIT_EXCEEDED`
   */
  async adjust(
    sku: string,
    delta: number,
    note: string,
    by?: string,
    within?: EntityManager,
  ): Promise<StockLevel> {
    return this.database.write(async (manager) => {
      const levels = await this.waitlist.lock(manager, [sku]);
      const level = levels.get(sku)!;
      const at = await this.clock.now(manager);
      const movement = { delta, reason: 'ADJUSTMENT', reference: note, at, operator: by } as const;
      await this.stock.move(manager, level, movement);
      await this.waitlist.settle(manager, levels, at);
      await this.restock.ensure(manager, await manager.findOneByOrFail(Product, { sku }), level);
      return level;
    }, within);
  }
}
