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

/** When recent sales were made, in ms before now. */
const RECENT_MS = 300_000;

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
  onProgress: (stored: number) => void;
  signal: AbortSignal;
}

/** Which sales are written, by their numbers, and when they were made. */
interface Range {
  first: number;
  count: number;
  firstMs: number;
  stepMs: number;
}

/**
 * Fills an empty database with sales as a shop would have them: ids in the order of time, keys in no order at all, and a ledger
 * that agrees with them. All of it is made inside the database, from numbers.
 */
export async function storeSales(
  url: string,
  isMysql: boolean,
  { count, kind = 'batches', onProgress, signal }: StoredSalesOptions,
): Promise<void> {
  const firstMs = Date.now() - FIRST_DAYS_AGO * DAY_MS;
  const stepMs = Math.max(1, Math.floor(((FIRST_DAYS_AGO - LAST_DAYS_AGO) * DAY_MS) / count));
  await onBulkConnection(url, isMysql, async (connection) => {
    const statements = new STATEMENTS[kind](connection, { first: 0, count, firstMs, stepMs });
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
  });
}

/** Adds `count` sales of the last minutes to `stored` ones, up to as many as one statement writes. */
export async function storeRecentSales(
  url: string,
  isMysql: boolean,
  { stored, count, kind }: { stored: number; count: number; kind: keyof typeof STATEMENTS },
): Promise<void> {
  const range = { first: stored, count, firstMs: Date.now() - RECENT_MS, stepMs: RECENT_MS / count };
  await onBulkConnection(url, isMysql, async (connection) => {
    const statements = new STATEMENTS[kind](connection, range);
    for (const statement of statements.between(stored, stored + count)) await connection.execute(statement);
    await connection.execute(statements.takeFromStock);
  });
}

async function onBulkConnection(
  url: string,
  isMysql: boolean,
  work: (connection: BulkConnection) => Promise<void>,
): Promise<void> {
  const connection = isMysql
    ? await mysqlBulkConnection(url, SALES_A_STATEMENT)
    : embeddedBulkConnection(url);
  await work(connection).finally(() => connection.close());
}

/** Statements that both databases understand. The n-th sale is the same in each of them. */
class BatchStatements {
  /** Of the n-th sale. */
  protected readonly sku: string = `'${HOT_SKU}'`;
  private readonly fingerprint = createHash('sha256').update(HOT_SKU).digest('hex');

  constructor(
    protected readonly connection: BulkConnection,
    protected readonly range: Range,
  ) {}

  get takeFromStock(): string {
    return `UPDATE stock_level SET on_hand = on_hand - ${this.range.count} WHERE sku = '${HOT_SKU}'`;
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
    const { first, firstMs, stepMs } = this.range;
    return `(${firstMs} + FLOOR((${n} - ${first}) * ${stepMs}))`;
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
  protected override readonly sku = `CONCAT('SKU-', SUBSTR(CONCAT(1000 + n % ${HUNDRED_SKUS.length}), 2))`;

  override get takeFromStock(): string {
    const units = this.range.count / HUNDRED_SKUS.length;
    return `UPDATE stock_level SET on_hand = on_hand - ${units} WHERE sku LIKE 'SKU-%'`;
  }

  protected override movementsBetween(first: number, end: number): string {
    const postingOf = `n - n % ${SALES_A_POSTING}`;
    const soldBefore = `(n - n % ${HUNDRED_SKUS.length}) / ${HUNDRED_SKUS.length}`;
    return `INSERT INTO stock_movement (id, sku, delta, reason, reference, balance_after, created_at)
       ${numbers(first, end)}
       SELECT ${this.idOf('n')}, ${this.sku}, -1, 'SALE', ${this.idOf(postingOf)},
         ${OPENING_STOCK} - ${soldBefore} - 1, ${this.connection.timeOf(this.msOf('n'))} FROM number`;
  }
}

const STATEMENTS = { batches: BatchStatements, singles: SingleStatements };

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
