import { type EntityManager } from 'typeorm';
import { type Difference, differencesOf, RULE } from './invariants.js';

/** What the lines of sales and the movements of one SKU add up to, in units. */
export interface SkuSums {
  sku: string;
  /** The deltas of all movements. */
  moved: number;
  /** The lines of sales. */
  sold: number;
  /** What left the stock by movements of sales, and by their corrections. */
  soldMoved: number;
  /** What entered the stock by movements of goods receipts, and by their corrections. */
  receivedMoved: number;
}

/** The sums of one SKU beside what they have to agree with. */
export interface SkuBooks extends SkuSums {
  onHand: number;
  /** What its restock orders received. */
  received: number;
}

/** Which lines and movements are counted. All of them without any. */
export interface CountedRows {
  /** The lowest id. */
  from?: string;
  /** Above the highest id. */
  below?: string;
  skus?: readonly string[];
}

/** Of a SKU without a row. */
export const NO_SUMS = { moved: 0, sold: 0, soldMoved: 0, receivedMoved: 0 };

interface Query {
  text: string;
  values: readonly string[];
}

/** As a query returns them: MySQL gives sums as text, because they may be too large for a number. */
type Row<Columns> = Record<keyof Columns, string | number>;

const BOOK_INVARIANTS: {
  invariant: string;
  expected: (books: SkuBooks) => number;
  actual: (books: SkuBooks) => number;
}[] = [
  {
    invariant: RULE.onHand,
    expected: ({ moved }) => moved,
    actual: ({ onHand }) => onHand,
  },
  {
    invariant: RULE.sold,
    expected: ({ sold }) => sold,
    actual: ({ soldMoved }) => soldMoved,
  },
  {
    invariant: RULE.received,
    expected: ({ received }) => received,
    actual: ({ receivedMoved }) => receivedMoved,
  },
];

/** What does not agree in the books of one SKU. */
export function bookDifferences(books: SkuBooks): Difference[] {
  return BOOK_INVARIANTS.flatMap(({ invariant, expected, actual }) => {
    const row = { subject: books.sku, expected: expected(books), actual: actual(books) };
    return row.expected === row.actual ? [] : differencesOf(invariant, [row]);
  });
}

/** Adds up lines and movements, in one pass over each. SKUs that have none of them are left out. */
export async function countSums(manager: EntityManager, rows: CountedRows): Promise<SkuSums[]> {
  const sums = new Map<string, SkuSums>();
  for (const query of [movementSums(rows), lineSums(rows)]) {
    const found = await manager.query<Partial<Row<SkuSums>>[]>(query.text, [...query.values]);
    for (const row of found) {
      const { sku } = row as { sku: string };
      const before = sums.get(sku) ?? { sku, ...NO_SUMS };
      sums.set(sku, { ...before, ...numbersOf(row) });
    }
  }
  return [...sums.values()];
}

/**
 * The books of the SKUs in which something does not agree, in SKU order.
 *
 * @param boundary of the checkpoint: its sums stand for the rows below it. Empty: all rows are counted
 */
export async function contradictoryBooks(manager: EntityManager, boundary: string): Promise<SkuBooks[]> {
  const isFull = boundary === '';
  const rows = isFull ? {} : { from: boundary };
  const [ledger, sales] = [movementSums(rows), lineSums(rows)];
  const total = (part: string, sum: string, column: string) =>
    `${isFull ? '' : `COALESCE(checkpoint.${column}, 0) + `}COALESCE(${part}.${sum}, 0) AS ${sum}`;
  const found = await manager.query<Row<SkuBooks>[]>(
    `SELECT * FROM (
      SELECT level.sku AS sku, level.on_hand AS onHand, COALESCE(orders.received, 0) AS received,
        ${total('ledger', 'moved', 'moved')}, ${total('ledger', 'soldMoved', 'sold_moved')},
        ${total('ledger', 'receivedMoved', 'received_moved')}, ${total('sales', 'sold', 'sold')}
      FROM stock_level level
      LEFT JOIN (${ledger.text}) ledger ON ledger.sku = level.sku
      LEFT JOIN (${sales.text}) sales ON sales.sku = level.sku
      LEFT JOIN (SELECT sku, SUM(received_quantity) AS received FROM restock_order GROUP BY sku) orders
        ON orders.sku = level.sku
      ${isFull ? '' : 'LEFT JOIN sku_checkpoint checkpoint ON checkpoint.sku = level.sku'}
    ) books
    WHERE onHand <> moved OR sold <> soldMoved OR received <> receivedMoved ORDER BY sku`,
    [...ledger.values, ...sales.values],
  );
  return found.map((row) => numbersOf(row) as SkuBooks);
}

/** The books of one SKU, counted in full; `undefined` for an unknown SKU. */
export async function booksOf(manager: EntityManager, sku: string): Promise<SkuBooks | undefined> {
  const [level] = await manager.query<Row<Pick<SkuBooks, 'onHand' | 'received'>>[]>(
    `SELECT on_hand AS onHand, (SELECT COALESCE(SUM(received_quantity), 0) FROM restock_order WHERE sku = ?) AS received
      FROM stock_level WHERE sku = ?`,
    [sku, sku],
  );
  if (!level) return undefined;
  const [sums] = await countSums(manager, { skus: [sku] });
  return { sku, ...NO_SUMS, ...sums, ...numbersOf(level) } as SkuBooks;
}

/** A correction counts for the reason that it corrects. */
function movementSums(rows: CountedRows): Query {
  const sum = (reason: string) =>
    `SUM(CASE WHEN COALESCE(corrects, reason) = '${reason}' THEN delta ELSE 0 END)`;
  const columns = `SUM(delta) AS moved, -${sum('SALE')} AS soldMoved, ${sum('GOODS_RECEIPT')} AS receivedMoved`;
  return sumsBySku(columns, { table: 'stock_movement', id: 'id' }, rows);
}

function lineSums(rows: CountedRows): Query {
  return sumsBySku('SUM(quantity) AS sold', { table: 'sale_line', id: 'sale_id' }, rows);
}

/**
 * Without `skus`, rows are read in the order of the table, by their ids. Both databases would rather group in the order of the
 * index by SKU, and look up each row of it, the whole table for a part of it: six times as slow. The hint keeps MySQL from that.
 * For SQLite, which takes it for a comment, the SKU is an expression that no index has.
 */
function sumsBySku(
  columns: string,
  { table, id }: { table: string; id: string },
  { from, below, skus }: CountedRows,
): Query {
  const conditions = [
    ...(from === undefined ? [] : [`${id} >= ?`]),
    ...(below === undefined ? [] : [`${id} < ?`]),
    ...(skus === undefined ? [] : [`sku IN (${skus.map(() => '?').join()})`]),
  ];
  const hint = skus === undefined ? `/*+ INDEX(${table} PRIMARY) */` : '';
  const group = skus === undefined ? `COALESCE(${table}.sku, '')` : `${table}.sku`;
  const where = conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : '';
  return {
    text: `SELECT ${hint} ${group} AS sku, ${columns} FROM ${table} ${where} GROUP BY ${group}`,
    values: [from, below, ...(skus ?? [])].filter((value) => value !== undefined),
  };
}

/** All columns but the SKU as numbers. */
function numbersOf(row: Partial<Row<SkuBooks>>): Partial<SkuBooks> {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [name, name === 'sku' ? value : Number(value)]),
  );
}
