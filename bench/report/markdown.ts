export interface Column<Row> {
  title: string;
  /** @returns `null` for an unknown value */
  text: (row: Row) => string | null;
  /** Figures stand to the right. */
  isFigure?: boolean;
}

/** A table of Markdown. A column without a known value is left out. */
export function markdownTable<Row>(rows: readonly Row[], columns: readonly Column<Row>[]): string {
  const told = columns.filter(({ text }) => rows.some((row) => text(row) !== null));
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [
    line(told.map(({ title }) => title)),
    line(told.map(({ isFigure }) => (isFigure ? '--:' : '---'))),
    ...rows.map((row) => line(told.map(({ text }) => text(row) ?? '-'))),
  ].join('\n');
}

/** A number for people: three digits that count, and none after the point from 100 on. */
export function figure(value: number | null): string | null {
  if (value === null) return null;
  const size = Math.abs(value);
  if (size >= 100 || value === 0) return Math.round(value).toLocaleString('en');
  if (size >= 10) return value.toFixed(1);
  return size >= 1 ? value.toFixed(2) : value.toFixed(3);
}
