/** An invariant of the warehouse that does not hold. */
export interface Difference {
  invariant: string;
  /** The SKU, order or sale where it was found. */
  subject: string;
  expected: string;
  actual: string;
}

/** How long a committed message may wait for the relay, in ms: several of its rounds, and a restart of the worker. */
const OUTBOX_BOUND_MS = 120_000;

/** How long an order may be past its deadline before it is marked overdue, in ms. */
const OVERDUE_BOUND_MS = 120_000;

/** What has to be so, in the words that operators read. */
export const RULE = {
  notNegative: 'stock on hand is not negative',
  onHand: 'stock on hand is the sum of its movements',
  sold: 'every unit sold has left the stock',
  saleHasLines: 'every sale has lines',
  lineHasSale: 'every line belongs to a sale',
  oneSaleAKey: 'an idempotency key has one sale',
  receipts: 'what a restock order received is the sum of its goods receipts',
  notTooMuch: 'a restock order receives no more than was ordered',
  received: 'every received unit has entered the stock',
  oneOpenOrder: 'a SKU has at most one open restock order',
  onOrder: 'stock on order is what open restock orders still miss',
  reserved: 'reserved stock is what is kept for waiting sales',
  waiting: 'missing stock is what waiting sales still miss',
  waitingLines: 'the length of a waitlist is the number of lines that miss units',
  nobodyWaits: 'nobody waits beside stock that can be bought',
  waitingSales: 'a sale waits as long as its lines do',
  filled: 'every filled unit has left the stock',
  returned: 'every returned unit is back in the stock',
  outbox: `no message waits in the outbox for more than ${OUTBOX_BOUND_MS / 1000} s`,
  deadline: `no restock order is past its deadline for more than ${OVERDUE_BOUND_MS / 1000} s without an alert`,
} as const;

/** The most differences that are listed for one invariant: they tend to have one cause. */
export const MAX_DIFFERENCES = 100;

/** What a statement of an invariant returns for each row that breaks it. */
export interface DifferenceRow {
  subject: string;
  expected: string | number | null;
  actual: string | number | null;
}

/**
 * Invariants of tables that stay small beside those of sales: an incremental reconcile checks them in full. Both databases
 * understand the statements. One with `boundMs` has a `?` for the time that long ago.
 */
export const INVARIANTS: { invariant: string; sql: string; boundMs?: number }[] = [
  {
    invariant: RULE.notNegative,
    sql: `SELECT sku AS subject, '>= 0' AS expected, on_hand AS actual FROM stock_level WHERE on_hand < 0`,
  },
  {
    invariant: RULE.receipts,
    sql: `SELECT restock.id AS subject, COALESCE(SUM(receipt.quantity), 0) AS expected,
        restock.received_quantity AS actual
      FROM restock_order restock LEFT JOIN goods_receipt receipt ON receipt.restock_order_id = restock.id
      GROUP BY restock.id, restock.received_quantity
      HAVING COALESCE(SUM(receipt.quantity), 0) <> restock.received_quantity`,
  },
  {
    invariant: RULE.notTooMuch,
    sql: `SELECT id AS subject, quantity AS expected, received_quantity AS actual FROM restock_order
      WHERE received_quantity > quantity`,
  },
  {
    invariant: RULE.oneOpenOrder,
    sql: `SELECT sku AS subject, 1 AS expected, COUNT(*) AS actual FROM restock_order
      WHERE status NOT IN ('RECEIVED', 'CANCELLED') GROUP BY sku HAVING COUNT(*) > 1`,
  },
  {
    invariant: RULE.onOrder,
    sql: `SELECT level.sku AS subject, COALESCE(SUM(restock.quantity - restock.received_quantity), 0) AS expected,
        level.on_order AS actual
      FROM stock_level level
      LEFT JOIN restock_order restock ON restock.open_sku = level.sku
      GROUP BY level.sku, level.on_order
      HAVING COALESCE(SUM(restock.quantity - restock.received_quantity), 0) <> level.on_order`,
  },
  {
    invariant: RULE.reserved,
    sql: ofWaitingLines('level.reserved', 'SUM(line.reserved)'),
  },
  {
    invariant: RULE.waiting,
    sql: ofWaitingLines('level.waiting', 'SUM(line.quantity - line.reserved)'),
  },
  {
    invariant: RULE.waitingLines,
    sql: ofWaitingLines(
      'level.waiting_lines',
      'SUM(CASE WHEN line.reserved < line.quantity THEN 1 ELSE 0 END)',
    ),
  },
  {
    invariant: RULE.nobodyWaits,
    sql: `SELECT sku AS subject, 0 AS expected, on_hand - reserved AS actual FROM stock_level
      WHERE (waiting > 0 AND on_hand > reserved) OR (reserved > 0 AND on_hand < reserved)`,
  },
  {
    invariant: RULE.waitingSales,
    sql: `SELECT line.sale_id AS subject, COALESCE(MIN(line.outcome), 'WAITING') AS expected, MIN(sale.status) AS actual
      FROM waiting_line line LEFT JOIN sale ON sale.id = line.sale_id GROUP BY line.sale_id
      HAVING MIN(sale.status) IS NULL OR COUNT(DISTINCT COALESCE(line.outcome, 'WAITING')) > 1
        OR (MIN(line.outcome) IS NULL AND MIN(sale.status) <> 'WAITING')
        OR (MIN(line.outcome) = 'FILLED' AND MIN(sale.status) NOT IN ('CONFIRMED', 'CANCELLED'))
        OR (MIN(line.outcome) IN ('CANCELLED', 'EXPIRED') AND MIN(sale.status) <> MIN(line.outcome))`,
  },
  {
    invariant: RULE.filled,
    sql: ofMovements('waiting_line', "outcome = 'FILLED'", -1),
  },
  {
    invariant: RULE.returned,
    sql: ofMovements('returned_line', 'movement_id IS NOT NULL', 1),
  },
  {
    invariant: RULE.outbox,
    sql: `SELECT id AS subject, 'published' AS expected, 'waiting' AS actual FROM outbox_message
      WHERE published_at IS NULL AND created_at < ?`,
    boundMs: OUTBOX_BOUND_MS,
  },
  {
    invariant: RULE.deadline,
    sql: `SELECT id AS subject, 'OVERDUE' AS expected, status AS actual FROM restock_order
      WHERE status = 'ORDERED' AND deadline_at < ?`,
    boundMs: OVERDUE_BOUND_MS,
  },
];

/** What `sum` of the open lines of a SKU is, beside a column of its stock level. */
function ofWaitingLines(column: string, sum: string): string {
  return `SELECT level.sku AS subject, COALESCE(${sum}, 0) AS expected, ${column} AS actual FROM stock_level level
    LEFT JOIN waiting_line line ON line.sku = level.sku AND line.outcome IS NULL
    GROUP BY level.sku, ${column} HAVING COALESCE(${sum}, 0) <> ${column}`;
}

/** Whether the units of lines are those of the movement that they name: there is one for many lines of a SKU. */
function ofMovements(table: string, condition: string, sign: 1 | -1): string {
  return `SELECT moved.sku AS subject, moved.units AS expected, ${sign} * COALESCE(movement.delta, 0) AS actual FROM (
      SELECT movement_id, sku, SUM(quantity) AS units FROM ${table} WHERE ${condition} GROUP BY movement_id, sku
    ) moved LEFT JOIN stock_movement movement ON movement.id = moved.movement_id
    WHERE moved.units <> ${sign} * COALESCE(movement.delta, 0)`;
}

/** An invariant of each sale by itself. */
export interface SaleInvariant {
  invariant: string;
  /** What a row is named by. */
  column: string;
  /** Whether `column` is an id, by which the rows of a time are found. Otherwise only a full reconcile checks it. */
  isById: boolean;
  /** @param condition of the rows that are looked at */
  sql: (condition: string) => string;
}

/**
 * The hints are for MySQL, and SQLite takes them for comments. MySQL would read the sales in the order of their smallest index,
 * that of the keys, and look their lines up all over the table: four times as slow as in the order of the ids.
 */
export const SALE_INVARIANTS: SaleInvariant[] = [
  {
    invariant: RULE.saleHasLines,
    column: 'sale.id',
    isById: true,
    sql: (condition) =>
      `SELECT /*+ INDEX(sale PRIMARY) INDEX(line PRIMARY) */ sale.id AS subject, 'at least 1 line' AS expected, 0 AS actual FROM sale
      LEFT JOIN sale_line line ON line.sale_id = sale.id LEFT JOIN waiting_line waiting ON waiting.sale_id = sale.id
      WHERE line.sale_id IS NULL AND waiting.sale_id IS NULL AND ${condition}`,
  },
  {
    invariant: RULE.lineHasSale,
    column: 'line.sale_id',
    isById: true,
    sql: (condition) =>
      `SELECT /*+ INDEX(sale PRIMARY) INDEX(line PRIMARY) */ line.sale_id AS subject, 'a sale' AS expected, 'none' AS actual FROM sale_line line
      LEFT JOIN sale ON sale.id = line.sale_id WHERE sale.id IS NULL AND ${condition}`,
  },
  {
    // Its unique key refuses a second one: only where the key was lost can there be two.
    invariant: RULE.oneSaleAKey,
    column: 'idempotency_key',
    isById: false,
    sql: (condition) =>
      `SELECT idempotency_key AS subject, 1 AS expected, COUNT(*) AS actual FROM sale
      WHERE idempotency_key IS NOT NULL AND ${condition} GROUP BY idempotency_key HAVING COUNT(*) > 1`,
  },
];

export function differencesOf(invariant: string, rows: readonly DifferenceRow[]): Difference[] {
  return rows.map(({ subject, expected, actual }) => ({
    invariant,
    subject,
    expected: String(expected),
    actual: String(actual),
  }));
}
