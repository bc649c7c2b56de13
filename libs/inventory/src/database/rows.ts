import mysql from 'mysql2';
import { type EntityManager } from 'typeorm';

/** What stands in one column of a row. A time goes in as its {@link timeText}. */
export type Value = string | number | null;

/** Most rows of one statement on SQLite, which binds 32,766 values at the most. Each smaller chunk is a quarter. */
const EMBEDDED_CHUNK = 256;

/** A time as both databases keep it: UTC, to the millisecond. */
export function timeText(time: Date): string {
  const text = time.toISOString();
  return `${text.slice(0, 10)} ${text.slice(11, 23)}`;
}

/** Rows as MySQL reads them: `('CP-1', 2), ('CP-2', 1)`; with `ROW` before each, they are a table of their own. */
export function rowsText(rows: readonly (readonly Value[])[], before = ''): string {
  return rows.map((row) => `${before}(${row.map((value) => mysql.escape(value)).join()})`).join();
}

/**
 * Inserts many rows in the caller's transaction. An entity at a time, TypeORM takes longer to write the statement
 * than the database to execute it.
 */
export async function insertRows(
  manager: EntityManager,
  into: string,
  rows: readonly (readonly Value[])[],
): Promise<void> {
  if (rows.length === 0) return;
  if (manager.connection.options.type === 'mysql') {
    await manager.query(`INSERT INTO ${into} VALUES ${rowsText(rows)}`);
    return;
  }
  const placeholders = `(${rows[0]!.map(() => '?').join(', ')})`;
  for (const chunk of chunks(rows)) {
    const values = Array<string>(chunk.length).fill(placeholders).join(', ');
    await manager.query(`INSERT INTO ${into} VALUES ${values}`, chunk.flat());
  }
}

/** In few sizes, so that the statements are found in the connection's cache. */
function* chunks<Row>(rows: readonly Row[]): Generator<readonly Row[]> {
  let start = 0;
  for (let size = EMBEDDED_CHUNK; size >= 1; size /= 4) {
    for (; rows.length - start >= size; start += size) yield rows.slice(start, start + size);
  }
}
