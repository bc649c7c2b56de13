import { createHash } from 'node:crypto';
import { HOT_SKU, HUNDRED_SKUS } from '../scenarios.js';
import { type BulkConnection, embeddedBulkConnection, mysqlBulkConnection } from './bulk-connection.js';
import { OPENING_STOCK, PRICE_KRW } from './stock.js';

const SALES_A_STATEMENT = 100_000;

/** Sales that were committed together, with one movement for all of them. */
const SALES_A_POSTING = 50;

const DAY_MS = 86_400_000;
/** When the stored sales were made, in days before now. */
const FIRST_DAYS_AGO = 30;
const LAST_DAYS_AGO = 1;

/** The newest sales of `singles` were made in the minutes before now, up to a second ago. */
const RECENT_MS = 540_000;

export interface StoredSalesOptions {
  /** A multiple of 100. */
  count: number;
  /**
   * `batches` are sales of the hot SKU, with a movement for fifty of them. `singles` are sales of a hundred SKUs in turn, each
   * with a movement of its own: the most rows that so many sales can make.
   *
   * @default batches
   */
  kind?: 'batches' | 'singles';
  /** How many of the `singles` are minutes old. @default 0 */
  recent?: number;
  onProgress: (stored: number) => void;
  signal: AbortSignal;
}

/**
 * Fills an empty database with sales as a shop would have them: ids in the order of time, keys in no
 * order at all, and a ledger that agrees with them. All of it is made inside the database, from numbers.
 */
export async function storeSales(
  url: string,
  isMysql: boolean,
  { count, kind = 'batches', recent = 0, onProgress, signal }: StoredSalesOptions,
): Promise<void> {
  const connection = isMysql
    ? await mysqlBulkConnection(url, SALES_A_STATEMENT)
    : embeddedBulkConnection(url);
  try {
    const statements =
      kind === 'batches'
        ? new BatchStatements(connection, Date.now(), count)
        : new SingleStatements(connection, Date.now(), count, recent);
    await connection.dropKeyIndex();
    for (let first = 0; first < count; first += SALES_A_STATEMENT) {
      signal.throwIfAborted();
      onProgress(first);
      const end = Math.min(count, first + SALES_A_STATEMENT);
      for (const statement of statements.between(first, end)) await connection.execute(statement);
    }
    onProgress(count);
    await connection.execute(statements.takeFromStock);
    await connection.createKeyIndex();
    await connection.settle('sale, sale_line, stock_movement');
  } finally {
    await connection.close();
  }
}

/** Statements that both databases understand. The n-th sale is the same in each of them. */
class BatchStatements {
  readonly takeFromStock: string;
  /** Of the n-th sale. */
  protected readonly sku: string = `'${HOT_SKU}'`;
  private readonly firstMs: number;
  private readonly stepMs: number;
  private readonly fingerprint = createHash('sha256').update(HOT_SKU).digest('hex');

  constructor(
    protected readonly connection: BulkConnection,
    protected readonly nowMs: number,
    count: number,
  ) {
    this.firstMs = nowMs - FIRST_DAYS_AGO * DAY_MS;
    this.stepMs = Math.max(1, Math.floor(((FIRST_DAYS_AGO - LAST_DAYS_AGO) * DAY_MS) / count));
    this.takeFromStock = `UPDATE stock_level SET on_hand = on_hand - ${count} WHERE sku = '${HOT_SKU}'`;
  }

  between(first: number, end: number): string[] {
    const postingOf = `n - n % ${SALES_A_POSTING}`;
    return [
      `INSERT INTO sale (id, idempotency_key, request_fingerprint, status, customer_email, posting_id, created_at)
       ${numbers(first, end)}
       SELECT ${this.idOf('n')}, ${uuidOf('key', 'n')}, '${this.fingerprint}', 'CONFIRMED', NULL,
         ${this.idOf(postingOf)}, ${this.connection.timeOf(this.msOf('n'))} FROM number`,
      `INSERT INTO sale_line (sale_id, sku, quantity, unit_price_krw)
       ${numbers(first, end)}
       SELECT ${this.idOf('n')}, ${this.sku}, 1, ${PRICE_KRW} FROM number`,
      this.movementsBetween(first, end),
    ];
  }

  protected movementsBetween(first: number, end: number): string {
    const lastOf = `n + ${SALES_A_POSTING - 1}`;
    return `INSERT INTO stock_movement (id, sku, delta, reason, reference, balance_after, created_at)
       ${numbers(first, end, SALES_A_POSTING)}
       SELECT ${this.idOf(lastOf)}, '${HOT_SKU}', -${SALES_A_POSTING}, 'SALE', ${this.idOf('n')},
         ${OPENING_STOCK} - (${lastOf} + 1), ${this.connection.timeOf(this.msOf('n'))} FROM number`;
  }

  protected msOf(n: string): string {
    return `(${this.firstMs} + (${n}) * ${this.stepMs})`;
  }

  /** A UUIDv7. */
  protected idOf(n: string): string {
    const time = this.connection.hexOf(this.msOf(n));
    const digits = digestOf('sale', n);
    return `CONCAT(SUBSTR(${time}, 1, 8), '-', SUBSTR(${time}, 9), '-7', SUBSTR(${digits}, 1, 3), '-a',
      SUBSTR(${digits}, 4, 3), '-', SUBSTR(${digits}, 7, 12))`;
  }
}

class SingleStatements extends BatchStatements {
  override readonly takeFromStock: string;
  protected override readonly sku = `CONCAT('SKU-', SUBSTR(CONCAT(1000 + n % ${HUNDRED_SKUS.length}), 2))`;
  private readonly firstRecent: number;
  private readonly recentStepMs: number;

  constructor(connection: BulkConnection, nowMs: number, count: number, recent: number) {
    super(connection, nowMs, count);
    this.firstRecent = count - recent;
    this.recentStepMs = RECENT_MS / Math.max(1, recent);
    this.takeFromStock = `UPDATE stock_level SET on_hand = on_hand - ${count / HUNDRED_SKUS.length}
      WHERE sku LIKE 'SKU-%'`;
  }

  protected override movementsBetween(first: number, end: number): string {
    const postingOf = `n - n % ${SALES_A_POSTING}`;
    const soldBefore = `(n - n % ${HUNDRED_SKUS.length}) / ${HUNDRED_SKUS.length}`;
    return `INSERT INTO stock_movement (id, sku, delta, reason, reference, balance_after, created_at)
       ${numbers(first, end)}
       SELECT ${this.idOf('n')}, ${this.sku}, -1, 'SALE', ${this.idOf(postingOf)},
         ${OPENING_STOCK} - ${soldBefore} - 1, ${this.connection.timeOf(this.msOf('n'))} FROM number`;
  }

  protected override msOf(n: string): string {
    const recentMs = `${this.nowMs - RECENT_MS} + FLOOR((${n} - ${this.firstRecent}) * ${this.recentStepMs})`;
    return `(CASE WHEN ${n} < ${this.firstRecent} THEN ${super.msOf(n)} ELSE ${recentMs} END)`;
  }
}

/** Numbers from `first` to below `end`, in order, as the table `number` of the query that follows. */
export function numbers(first: number, end: number, step = 1): string {
  return `WITH RECURSIVE number (n) AS (SELECT ${first} UNION ALL SELECT n + ${step} FROM number WHERE n + ${step} < ${end})`;
}

/** A UUIDv4, as clients make them. */
function uuidOf(name: string, n: string): string {
  const digits = digestOf(name, n);
  return `CONCAT(SUBSTR(${digits}, 1, 8), '-', SUBSTR(${digits}, 9, 4), '-4', SUBSTR(${digits}, 13, 3), '-8',
    SUBSTR(${digits}, 16, 3), '-', SUBSTR(${digits}, 19, 12))`;
}

/** Hexadecimal digits in no order, the same for the same number. Of what both databases know, MySQL 9 has no MD5. */
function digestOf(name: string, n: string): string {
  return `SHA2(CONCAT('${name} ', ${n}), 256)`;
}
