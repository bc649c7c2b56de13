import {
  And,
  LessThan,
  MoreThan,
  MoreThanOrEqual,
  type EntityManager,
  type EntityTarget,
  type FindOperator,
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
  /** In place of the order that the list has by itself. */
  order?: 'asc' | 'desc';
}

/** A part of a list in time. */
export interface TimeRange {
  since?: Date;
  /** Not included. */
  until?: Date;
}

/** A list in the order of a unique column. */
export interface PagedList<Row extends ObjectLiteral> {
  entity: EntityTarget<Row>;
  key: keyof Row & string;
  /** Unless the request asks for another. */
  order: 'asc' | 'desc';
  where?: FindOptionsWhere<Row>;
  /** Its rows are deleted some day, the one that a cursor names as well: the cursor is taken for what it is. */
  losesRows?: boolean;
}

/** For the `where` of a list: whether a time is in the range. Undefined for a range without ends. */
export function isWithin({ since, until }: TimeRange): FindOperator<Date> | undefined {
  if (since && until) return And(MoreThanOrEqual(since), LessThan(until));
  if (since) return MoreThanOrEqual(since);
  return until && LessThan(until);
}

/**
 * Reads one page of a list. A cursor that names no row is refused, because no page gave it. Accepted, it would look like
 * the end of the list, or its start.
 *
 * @throws InventoryError `CURSOR.UNKNOWN`
 */
export async function readPage<Row extends ObjectLiteral>(
  manager: EntityManager,
  { entity, key, order: usual, where, losesRows = false }: PagedList<Row>,
  { cursor, limit, order = usual }: PageRequest,
): Promise<Page<Row>> {
  const at = (value: unknown) => ({ [key]: value }) as FindOptionsWhere<Row>;
  if (cursor !== undefined && !losesRows && !(await manager.existsBy(entity, at(cursor)))) {
    throw new InventoryError('CURSOR.UNKNOWN', `No page of this list has the cursor ${cursor}.`, { cursor });
  }
  const isAfter = order === 'asc' ? MoreThan : LessThan;
  const own = where?.[key] as FindOperator<string> | undefined;
  const behind = cursor === undefined ? [] : [isAfter(cursor)];
  const conditions = own === undefined ? behind : [own, ...behind];
  const found = await manager.find(entity, {
    where: { ...where, ...(conditions.length > 0 && at(And(...conditions))) } as FindOptionsWhere<Row>,
    order: { [key]: order } as FindOptionsOrder<Row>,
    // One row more than the page shows whether there is a next page.
    take: limit + 1,
  });
  const items = found.slice(0, limit);
  return { items, nextCursor: found.length > limit ? String(items.at(-1)![key]) : null };
}
