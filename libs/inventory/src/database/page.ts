import {
  LessThan,
  MoreThan,
  type EntityManager,
  type EntityTarget,
  type FindOptionsOrder,
  type FindOptionsWhere,
  type ObjectLiteral,
} from 'typeorm';
import { InventoryError } from '../errors.js';

/** One page of a list that is read by cursor. */
export interface Page<T> {
  items: T[];
  /** Where the next page starts; null on the last page. */
  nextCursor: string | null;
}

export interface PageRequest {
  /** The key of the last row on the page before; none for the first page. */
  cursor?: string;
  /** The most rows of the page. */
  limit: number;
}

/** A list in the order of a unique column. */
export interface PagedList<Row extends ObjectLiteral> {
  entity: EntityTarget<Row>;
  key: keyof Row & string;
  order: 'ASC' | 'DESC';
  where?: FindOptionsWhere<Row>;
}

/**
 * Reads one page of a list. A cursor that names no row is refused, because no page gave it. Accepted, it would look like
 * the end of the list, or its start. Rows that a cursor names are never deleted.
 *
 * @throws InventoryError `CURSOR.UNKNOWN`
 */
export async function readPage<Row extends ObjectLiteral>(
  manager: EntityManager,
  { entity, key, order, where }: PagedList<Row>,
  { cursor, limit }: PageRequest,
): Promise<Page<Row>> {
  const at = (value: unknown) => ({ [key]: value }) as FindOptionsWhere<Row>;
  if (cursor !== undefined && !(await manager.existsBy(entity, at(cursor)))) {
    throw new InventoryError('CURSOR.UNKNOWN', `No page of this list has the cursor ${cursor}.`, { cursor });
  }
  const isAfter = order === 'ASC' ? MoreThan : LessThan;
  const found = await manager.find(entity, {
    where: { ...where, ...(cursor !== undefined && at(isAfter(cursor))) } as FindOptionsWhere<Row>,
    order: { [key]: order } as FindOptionsOrder<Row>,
    // One row more than the page shows whether there is a next page.
    take: limit + 1,
  });
  const items = found.slice(0, limit);
  return { items, nextCursor: found.length > limit ? String(items.at(-1)![key]) : null };
}
