import { type EntityManager, type EntityTarget, type FindOptionsWhere, type ObjectLiteral } from 'typeorm';
import { InventoryError } from '../errors.js';

/** One page of a list that is read by cursor. */
export interface Page<T> {
  items: T[];
  /** Where the next page starts; null on the last page. */
  nextCursor: string | null;
}

/**
 * Refuses a cursor that names no row, so that no page of this list gave it. Accepted, it would look like the end of the
 * list, or its start. Rows that a cursor names are never deleted.
 *
 * @throws InventoryError `CURSOR.UNKNOWN`
 */
export async function assertCursor<Row extends ObjectLiteral>(
  manager: EntityManager,
  entity: EntityTarget<Row>,
  row: FindOptionsWhere<Row>,
): Promise<void> {
  if (await manager.existsBy(entity, row)) return;
  throw new InventoryError(
    'CURSOR.UNKNOWN',
    `No page of this list has the cursor ${Object.values(row).join()}.`,
  );
}
