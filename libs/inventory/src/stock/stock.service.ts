import { Injectable } from '@nestjs/common';
import { In, type EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { Database } from '../database/database.js';
import { InventoryError } from '../errors.js';
import { StockLevel } from './stock-level.entity.js';
import { StockMovement, type StockMovementReason } from './stock-movement.entity.js';

export interface Movement {
  /** Units added, or taken when negative. */
  delta: number;
  reason: StockMovementReason;
  reference: string;
  at: Date;
}

/** The only writer of stock on hand. */
@Injectable()
export class StockService {
  constructor(private readonly database: Database) {}

  /**
   * Locks the stock levels of `skus` in the caller's transaction. Always in SKU order: two sales that want the
   * same SKUs in another order would otherwise wait for each other for ever.
   *
   * @throws InventoryError `SKU.UNKNOWN` naming every SKU that has no stock level
   */
  async lock(manager: EntityManager, skus: readonly string[]): Promise<Map<string, StockLevel>> {
    const query = manager
      .createQueryBuilder(StockLevel, 'level')
      .where({ sku: In([...new Set(skus)]) })
      .orderBy('level.sku');
    const levels = new Map(
      (await this.database.forUpdate(query).getMany()).map((level) => [level.sku, level]),
    );
    const unknown = skus.filter((sku) => !levels.has(sku));
    if (unknown.length > 0) {
      throw new InventoryError('SKU.UNKNOWN', `There is no product ${unknown.join(', ')}.`, {
        skus: unknown,
      });
    }
    return levels;
  }

  /**
   * Changes stock on hand and writes the ledger, in the caller's transaction, which holds the lock on `level`.
   * The row itself refuses to go below zero, whatever the caller believed.
   *
   * @throws InventoryError `STOCK.NEGATIVE`
   */
  async move(
    manager: EntityManager,
    level: StockLevel,
    { delta, reason, reference, at }: Movement,
  ): Promise<void> {
    const result = await manager
      .createQueryBuilder()
      .update(StockLevel)
      .set({ onHand: () => 'on_hand + :delta' })
      .where('sku = :sku AND on_hand + :delta >= 0', { sku: level.sku, delta })
      .execute();
    if (result.affected !== 1) {
      throw new InventoryError('STOCK.NEGATIVE', `There are not ${-delta} units of ${level.sku} on hand.`, {
        sku: level.sku,
        onHand: level.onHand,
      });
    }
    level.onHand += delta;
    await manager.insert(StockMovement, {
      id: uuidv7(),
      sku: level.sku,
      delta,
      reason,
      reference,
      balanceAfter: level.onHand,
      createdAt: at,
    });
  }
}
