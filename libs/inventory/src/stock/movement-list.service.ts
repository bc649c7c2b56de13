import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import { type Page, type PageRequest, type TimeRange } from '../database/page.js';
import { InventoryError } from '../errors.js';
import { StockLevel } from './stock-level.entity.js';
import { StockMovement, type StockMovementReason } from './stock-movement.entity.js';

export interface MovementQuery extends PageRequest, TimeRange {
  reason?: StockMovementReason;
}

/** Shows the ledger of a product, movement by movement. */
@Injectable()
export class MovementListService {
  constructor(private readonly database: Database) {}

  /**
   * The movements of a SKU, newest first unless `order` is `asc`, starting behind the movement `cursor`. Their order is that of
   * their index, by time, so that it does not matter how many there are.
   *
   * @throws InventoryError `SKU.UNKNOWN`, `CURSOR.UNKNOWN`
   */
  async list(
    sku: string,
    { cursor, limit, order = 'desc', reason, since, until }: MovementQuery,
  ): Promise<Page<StockMovement>> {
    return this.database.read(async (manager) => {
      if (!(await manager.existsBy(StockLevel, { sku }))) {
        throw new InventoryError('SKU.UNKNOWN', `There is no product ${sku}.`, { skus: [sku] });
      }
      const direction = order === 'asc' ? 'ASC' : 'DESC';
      const query = manager
        .createQueryBuilder(StockMovement, 'movement')
        .where({ sku })
        .orderBy('movement.createdAt', direction)
        .addOrderBy('movement.id', direction)
        .limit(limit + 1);
      if (cursor !== undefined) {
        const last = await manager.findOneBy(StockMovement, { id: cursor, sku });
        if (!last) {
          throw new InventoryError('CURSOR.UNKNOWN', `No page of this list has the cursor ${cursor}.`, {
            cursor,
          });
        }
        const isBehind = order === 'asc' ? '>' : '<';
        query.andWhere(
          `(movement.createdAt ${isBehind} :at OR (movement.createdAt = :at AND movement.id ${isBehind} :cursor))`,
          { at: last.createdAt, cursor },
        );
      }
      if (reason) query.andWhere({ reason });
      if (since) query.andWhere('movement.createdAt >= :since', { since });
      if (until) query.andWhere('movement.createdAt < :until', { until });
      const found = await query.getMany();
      const items = found.slice(0, limit);
      return { items, nextCursor: found.length > limit ? items.at(-1)!.id : null };
    });
  }
}
