import { printable } from './printable.js';
import { type State, styled } from './style.js';

export interface Column {
  title: string;
  align?: 'right';
}

/** A text, or one whose colour says how it stands. `undefined` and `null` are a dash. */
export type Cell = string | number | null | undefined | { text: string; state: State };

type WidthOf = (text: string) => number;

const GAP = '  ';
const ELLIPSIS = '…';
const MIN_LAST_WIDTH = 16;
const ASCII = /^[ -~]*$/;

/** Lines of a table. On a terminal the last column is cut so that a row is one line. */
export async function tableOf(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  terminalWidth = process.stdout.columns as number | undefined,
): Promise<string> {
  const texts = [columns.map(({ title }) => title), ...rows.map((row) => row.map(textOf))];
  const widthOf = await widthFunction(texts.flat());
  const widths = columns.map((_, index) => Math.max(...texts.map((row) => widthOf(row[index]!))));
  const before = widths.slice(0, -1).reduce((sum, width) => sum + width + GAP.length, 0);
  const room = Math.max(MIN_LAST_WIDTH, (terminalWidth ?? Infinity) - before);
  return texts
    .map((row, line) =>
      row
        .map((text, index) => {
          const isLast = index === columns.length - 1;
          const shown = isLast ? cut(text, room, widthOf) : text;
          const padding = ' '.repeat(Math.max(0, widths[index]! - widthOf(shown)));
          const cell = line === 0 ? undefined : rows[line - 1]![index];
          const styledText = styled(shown, stateOf(cell));
          if (columns[index]!.align === 'right') return padding + styledText;
          return isLast ? styledText : styledText + padding;
        })
        .join(GAP)
        .trimEnd(),
    )
    .join('\n');
}

export type Field = readonly [name: string, value: Cell];

/** Names and values below each other. What is `undefined` or `null` is not shown. */
export async function fieldsOf(fields: readonly Field[]): Promise<string> {
  const present = fields.filter(([, value]) => value !== undefined && value !== null);
  const width = Math.max(...present.map(([name]) => name.length));
  return present
    .map(([name, cell]) => `${name.padEnd(width)}${GAP}${styled(textOf(cell), stateOf(cell))}`)
    .join('\n');
}

function textOf(cell: Cell): string {
  if (cell === null || cell === undefined || cell === '') return '-';
  return printable(typeof cell === 'object' ? cell.text : String(cell));
}

function stateOf(cell: Cell): State | undefined {
  return typeof cell === 'object' && cell !== null ? cell.state : undefined;
}

/** The columns that a text takes on a terminal: two for a Korean syllable. Loads what knows that only where it is needed. */
async function widthFunction(texts: readonly string[]): Promise<WidthOf> {
  if (texts.every((text) => ASCII.test(text))) return (text) => text.length;
  const { default: stringWidth } = await import('string-width');
  return (text) => (ASCII.test(text) ? text.length : stringWidth(text));
}

function cut(text: string, room: number, widthOf: WidthOf): string {
  if (widthOf(text) <= room) return text;
  let shown = '';
  let width = ELLIPSIS.length;
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    width += widthOf(segment);
    if (width > room) break;
    shown += segment;
  }
  return shown + ELLIPSIS;
}
