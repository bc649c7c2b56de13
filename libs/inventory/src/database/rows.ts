import mysql from 'mysql2';

/** The value of one column. A time is its {@link timeText}. */
export type Value = string | number | null;

/** A statement with a `?` for each of its values, and `IN (?)` for a list of values. */
export interface Statement {
  text: string;
  values: readonly (Value | readonly Value[])[];
}

/** Rows to insert into a table. */
export interface Insert {
  /** The table with its columns, in the order of the values in each of `rows`. */
  into: string;
  rows: readonly (readonly Value[])[];
  /** Whether a row takes the place of that with its key. */
  replaces?: boolean;
}

/** A change that a transaction makes. */
export type Change = Statement | Insert;

/** The change that inserts `rows`: none for no rows, because there is no statement that inserts none. */
export function inserts(into: string, rows: Insert['rows']): Insert[] {
  return rows.length === 0 ? [] : [{ into, rows }];
}

/** A time as both databases store it: UTC, to the millisecond. */
export function timeText(time: Date): string {
  const text = time.toISOString();
  return `${text.slice(0, 10)} ${text.slice(11, 23)}`;
}

/** A stored time, as a query returns it: MySQL's driver as a time, SQLite's as its {@link timeText}. */
export function storedTime(value: string | Date): Date {
  return typeof value === 'string' ? new Date(`${value.replace(' ', 'T')}Z`) : value;
}

/** The rows of a table value for MySQL: `ROW('CP-1', 2),ROW('CP-2', 1)`. */
export function tableValueText(rows: readonly (readonly Value[])[]): string {
  return rows.map((row) => format('ROW(?)', [row])).join();
}

/** A statement as text for MySQL. */
export function statementText({ text, values }: Statement): string {
  // MySQL cannot parse an empty list. No value is in a list of NULL.
  const lists = values.map((value) => (Array.isArray(value) && value.length === 0 ? [null] : value));
  return format(text, lists);
}

/** A change as text for MySQL. */
export function changeText(change: Change): string {
  return 'into' in change
    ? format(`${change.replaces ? 'REPLACE' : 'INSERT'} INTO ${change.into} VALUES ?`, [change.rows])
    : statementText(change);
}

/** As mysql2's, whose types take no lists that are read-only. */
function format(text: string, values: readonly unknown[]): string {
  return mysql.format(text, values as Parameters<typeof mysql.format>[1]);
}
