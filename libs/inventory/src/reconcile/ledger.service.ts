import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import { InventoryError } from '../errors.js';
import { SaleLine } from '../sale/sale-line.entity.js';
import { StockLevel } from '../stock/stock-level.entity.js';
import { StockMovement, type StockMovementReason } from '../stock/stock-movement.entity.js';

/** All movements of one SKU for one reason, added up. A repair of the books counts for the reason that it corrects. */
export interface LedgerTotal {
  reason: StockMovementReason;
  movements: number;
  /** The sum of their deltas: units added, or taken when negative. */
  units: number;
}

/** The books of one SKU at one moment. */
export interface Ledger {
  level: StockLevel;
  /** In the order of the reasons' names. A reason without movements is not listed. */
  totals: LedgerTotal[];
  /** Sales that had units of the SKU at once, whether they came back or not, and these units. Others had them from the waitlist. */
  sold: { sales: number; units: number };
}

const REASON = 'COALESCE(movement.corrects, movement.reason)';

/** Adds up the books of one SKU, for comparison with other sources. Changes nothing. */
@Injectable()
export class LedgerService {
  constructor(private readonly database: Database) {}

  /**
   * Reads every line of every sale, because sales have no index by SKU: with millions of them it takes seconds. On MySQL
   * it blocks no sale.
   *
   * @throws InventoryError `SKU.UNKNOWN`
   */
  async of(sku: string): Promise<Ledger> {
    // One snapshot: a sale between separate reads would look like a lost one.
    return this.database.snapshot(async (manager) => {
      const level = await manager.findOneBy(StockLevel, { sku });
      if (!level) throw new InventoryError('SKU.UNKNOWN', `There is no product ${sku}.`, { skus: [sku] });
      const movements = await manager
        .createQueryBuilder(StockMovement, 'movement')
        .select(REASON, 'reason')
        .addSelect('COUNT(*)', 'movements')
        .addSelect('SUM(movement.delta)', 'units')
        .where({ sku })
        .groupBy(REASON)
        .orderBy(REASON)
        .getRawMany<Record<keyof LedgerTotal, string | number>>();
      // A sale has one line for each SKU, so that lines count sales.
      const lines = await manager
        .createQueryBuilder(SaleLine, 'line')
        .select('COUNT(*)', 'sales')
        .addSelect('COALESCE(SUM(line.quantity), 0)', 'units')
        .where({ sku })
        .getRawOne<Record<'sales' | 'units', string | number>>();
      // MySQL returns sums as text, because they may be too large for a number.
      return {
        level,
        totals: movements.map((total) => ({
          reason: total.reason as StockMovementReason,
          movements: Number(total.movements),
          units: Number(total.units),
        })),
        sold: { sales: Number(lines!.sales), units: Number(lines!.units) },
      };
    });
  }
}
