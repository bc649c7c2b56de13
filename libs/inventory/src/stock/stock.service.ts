import { Injectable } from '@nestjs/common';
import { In, type EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { Database } from '../database/database.js';
import { type Change, inserts, timeText } from '../database/rows.js';
import { type RowQuery } from '../database/row-queries.js';
import { InventoryError } from '../errors.js';
import { StockLevel } from './stock-level.entity.js';
import { MAX_UNITS } from './stock-limits.js';
import { type CorrectedReason, StockMovement, type StockMovementReason } from './stock-movement.entity.js';

export interface Movement {
  /** Units added, or taken when negative. */
  delta: number;
  reason: StockMovementReason;
  reference: string;
  at: Date;
  /** Of an adjustment: whose. */
  operator?: string;
  /** Of a repair of the books. */
  corrects?: CorrectedReason | null;
  auditEntryId?: string;
  /** Where another row names it. */
  id?: string;
}

/** The ledger with its columns, in the order in which rows are written. */
export const MOVEMENT_COLUMNS =
  'stock_movement (id, sku, delta, reason, reference, balance_after, created_at)';

/** The only writer of stock levels, except for the statements of an optimistic batch, which have conditions of their own. */
@Injectable()
export class StockService {
  constructor(private readonly database: Database) {}

  /**
   * Locks the stock levels of `skus` in the caller's transaction. Always in SKU order: two sales that lock the
   * same SKUs in different orders would deadlock.
   *
   * @throws InventoryError `SKU.UNKNOWN` naming every SKU that has no stock level
   */
  async lock(manager: EntityManager, skus: readonly string[]): Promise<Map<string, StockLevel>> {
    const query = manager
      .createQueryBuilder(StockLevel, 'level')
      .where({ sku: In([...new Set(skus)]) })
      .orderBy('level.sku');
    const found = await this.database.forUpdate(query).getMany();
    const levels = new Map(found.map((level) => [level.sku, level]));
    const unknown = skus.filter((sku) => !levels.has(sku));
    if (unknown.length > 0) {
      throw new InventoryError('SKU.UNKNOWN', `There is no product ${unknown.join(', ')}.`, {
        skus: unknown,
      });
    }
    return levels;
  }

  /** As {@link lock}, as a query that is sent with others. It ignores SKUs without a stock level. */
  lockingQuery(skus: readonly string[]): RowQuery<StockLevel> {
    return {
      entity: StockLevel,
      text: 'SELECT * FROM stock_level WHERE sku IN (?) ORDER BY sku',
      values: [skus],
      locks: true,
    };
  }

  /**
   * The changes of a batch of sales: it deducts the sold units, stores the refused demand, and writes the ledger. The
   * transaction holds the locks. A check of the table keeps the rows from going below zero.
   *
   * @param changed the new levels, with the units that were sold of each
   * @param reference of the movements, one for each SKU
   */
  saleChanges(
    changed: readonly { level: StockLevel; soldUnits: number }[],
    reference: string,
    at: Date,
  ): Change[] {
    if (changed.length === 0) return [];
    const whens = changed.map(() => 'WHEN ? THEN ?').join(' ');
    const skus = changed.map(({ level }) => level.sku);
    const sold = changed.filter(({ soldUnits }) => soldUnits > 0);
    return [
      {
        text: `UPDATE stock_level
          SET on_hand = on_hand - CASE sku ${whens} END, refused_demand = CASE sku ${whens} END
          WHERE sku IN (?)`,
        values: [
          ...changed.flatMap(({ level, soldUnits }) => [level.sku, soldUnits]),
          ...changed.flatMap(({ level }) => [level.sku, level.refusedDemand]),
          skus,
        ],
      },
      ...inserts(
        MOVEMENT_COLUMNS,
        sold.map(({ level: { sku, onHand }, soldUnits }) => [
          uuidv7(),
          sku,
          -soldUnits,
          'SALE',
          reference,
          onHand,
          timeText(at),
        ]),
      ),
    ];
  }

  /**
   * Changes the units on order, and stores the refused demand of `level` with them, in the caller's transaction, which
   * holds the lock on `level`.
   */
  async changeOnOrder(manager: EntityManager, level: StockLevel, delta: number): Promise<void> {
    level.onOrder += delta;
    const { sku, onOrder, refusedDemand } = level;
    await manager.update(StockLevel, { sku }, { onOrder, refusedDemand });
  }

  /** The same for a batch in which sales have joined the waitlist. */
  waitChanges(levels: readonly StockLevel[]): Change[] {
    return levels.map(({ sku, reserved, waiting, waitingLines, lastTicket }) => ({
      text: 'UPDATE stock_level SET reserved = ?, waiting = ?, waiting_lines = ?, last_ticket = ? WHERE sku = ?',
      values: [reserved, waiting, waitingLines, lastTicket, sku],
    }));
  }

  /** Stores what is reserved and what is missed, in the caller's transaction, which holds the lock on `level`. */
  async storeWaiting(
    manager: EntityManager,
    { sku, reserved, waiting, waitingLines }: StockLevel,
  ): Promise<void> {
    await manager.update(StockLevel, { sku }, { reserved, waiting, waitingLines });
  }

  /**
   * Changes stock on hand and writes the ledger, in the caller's transaction, which holds the lock on `level`.
   * The statement itself keeps the row between zero and {@link MAX_UNITS}.
   *
   * @throws InventoryError `STOCK.NEGATIVE`, `STOCK.LIMIT_EXCEEDED`
   */
  async move(manager: EntityManager, level: StockLevel, movement: Movement): Promise<void> {
    const { delta } = movement;
    const result = await manager
      .createQueryBuilder()
      .update(StockLevel)
      .set({ onHand: () => 'on_hand + :delta' })
      .where('sku = :sku AND on_hand + :delta BETWEEN 0 AND :limit', {
        sku: level.sku,
        delta,
        limit: MAX_UNITS,
      })
      .execute();
    if (result.affected !== 1) throw delta > 0 ? limitExceeded(level, delta) : negative(level, delta);
    level.onHand += delta;
    await this.writeLedger(manager, level, movement);
  }

  /**
   * Writes the ledger and changes no stock, in the caller's transaction, which holds the lock on `level`: for the repair of books
   * whose ledger and stock disagree. Everything else uses {@link move}.
   */
  async writeLedger(manager: EntityManager, level: StockLevel, { at, ...movement }: Movement): Promise<void> {
    await manager.insert(StockMovement, {
      id: uuidv7(),
      ...movement,
      sku: level.sku,
      balanceAfter: level.onHand,
      createdAt: at,
    });
  }
}

function negative({ sku, onHand }: StockLevel, delta: number): InventoryError {
  return new InventoryError('STOCK.NEGATIVE', `There are not ${-delta} units of ${sku} on hand.`, {
    sku,
    onHand,
  });
}

function limitExceeded({ sku, onHand }: StockLevel, delta: number): InventoryError {
  return new InventoryError(
    'STOCK.LIMIT_EXCEEDED',
    `${delta} units more of ${sku} would exceed ${MAX_UNITS} on hand.`,
    { sku, onHand, limit: MAX_UNITS },
  );
}
