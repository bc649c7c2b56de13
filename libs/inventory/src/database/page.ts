import { type EntityManager, type EntityTarget, type FindOptionsWhere, type ObjectLiteral } from 'typeorm';
import { InventoryError } from '../errors.js';

/** A part of a list that is read by cursor. */
export interface Page<T> {
  items: T[];
  /** Names where the next page starts, null on the last one. */
  nextCursor: string | null;
}

/**
 * Refuses a cursor that no page of this list has given: it names no row. Taken as it is, it would look like the end of the
 * list, or its start. Rows that cursors name are never deleted.
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
