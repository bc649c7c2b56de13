import mysql from 'mysql2';

/** What stands in one column of a row. A time goes in as its {@link timeText}. */
export type Value = string | number | null;

/** A statement with a `?` for each of its values; a list of them stands as `IN (?)`. */
export interface Statement {
  text: string;
  values: readonly (Value | readonly Value[])[];
}

/** Rows that go into a table. */
export interface Insert {
  /** The table with its columns, in the order in which they stand in each of `rows`. */
  into: string;
  rows: readonly (readonly Value[])[];
}

/** What a transaction writes. */
export type Change = Statement | Insert;

/** The change that writes `rows`: none when there are none, of which no statement could be made. */
export function inserts(into: string, rows: Insert['rows']): Insert[] {
  return rows.length === 0 ? [] : [{ into, rows }];
}

/** A time as both databases keep it: UTC, to the millisecond. */
export function timeText(time: Date): string {
  const text = time.toISOString();
  return `${text.slice(0, 10)} ${text.slice(11, 23)}`;
}

/** Rows as MySQL reads them: `('CP-1', 2), ('CP-2', 1)`; with `ROW` before each, they are a table of their own. */
export function rowsText(rows: readonly (readonly Value[])[], before = ''): string {
  return rows.map((row) => `${before}(${row.map((value) => mysql.escape(value)).join()})`).join();
}

/** A statement as MySQL reads it. */
export function statementText({ text, values }: Statement): string {
  let nth = 0;
  return text.replaceAll('?', () => {
    const value = values[nth++]!;
    if (!Array.isArray(value)) return mysql.escape(value as Value);
    // Nothing is in a list of nothing but NULL, and MySQL cannot read a list of none.
    return value.length === 0 ? 'NULL' : value.map((each: Value) => mysql.escape(each)).join();
  });
}

/** A change as MySQL reads it. */
export function changeText(change: Change): string {
  return 'into' in change
    ? `INSERT INTO ${change.into} VALUES ${rowsText(change.rows)}`
    : statementText(change);
}
