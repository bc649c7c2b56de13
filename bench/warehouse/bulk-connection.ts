import Sqlite from 'better-sqlite3';
import mysql from 'mysql2/promise';
import { hash } from 'node:crypto';

/** A connection for writing millions of rows into a database that is not in use yet. */
export interface BulkConnection {
  /** SQL for a time in ms as 12 hexadecimal digits. Both databases know `SHA2(text, 256)` here. */
  hexOf(ms: string): string;
  /** SQL for a time in ms as the tables keep it. */
  timeOf(ms: string): string;
  execute(statement: string): Promise<void>;
  /** Takes the index of idempotency keys away: in order of their own, keys are found their places far faster. */
  dropKeyIndex(): Promise<void>;
  createKeyIndex(): Promise<void>;
  /** Leaves the tables as those of a database that has been at rest for a while. */
  settle(tables: string): Promise<void>;
  close(): Promise<void>;
}

const KEY_INDEX = 'uq_sale_idempotency_key';

/** How full pages are that grew by keys in random order, in percent: ln 2. */
const GROWN_FILL_PERCENT = 69;

export async function mysqlBulkConnection(url: string, mostRecursions: number): Promise<BulkConnection> {
  const connection = await mysql.createConnection(url);
  const execute = async (statement: string) => void (await connection.query(statement));
  /** What not every user may do. The load is slower without. */
  const attempt = (statement: string) => execute(statement).catch(() => undefined);
  await execute(`SET SESSION cte_max_recursion_depth = ${mostRecursions}`);
  await attempt('SET SESSION sql_log_bin = 0');
  return {
    hexOf: (ms) => `LOWER(LPAD(HEX(${ms}), 12, '0'))`,
    timeOf: (ms) => `TIMESTAMPADD(MICROSECOND, (${ms}) * 1000, '1970-01-01 00:00:00.000')`,
    execute,
    dropKeyIndex: () => execute(`ALTER TABLE sale DROP INDEX ${KEY_INDEX}`),
    async createKeyIndex() {
      // Built at once its pages would be full, and every new key would split one: no real index is like that.
      const [[row]] = await connection.query<mysql.RowDataPacket[]>('SELECT @@innodb_fill_factor AS percent');
      await attempt(`SET GLOBAL innodb_fill_factor = ${GROWN_FILL_PERCENT}`);
      await execute(`ALTER TABLE sale ADD UNIQUE INDEX ${KEY_INDEX} (idempotency_key)`).finally(() =>
        attempt(`SET GLOBAL innodb_fill_factor = ${row!.percent}`),
      );
    },
    async settle(tables) {
      await execute(`ANALYZE TABLE ${tables}`);
      // Writes every changed page back, which would go on in the background while others are measured.
      await attempt(`FLUSH TABLES ${tables} FOR EXPORT`);
      await attempt('UNLOCK TABLES');
    },
    close: () => connection.end(),
  };
}

export function embeddedBulkConnection(file: string): BulkConnection {
  const connection = new Sqlite(file);
  connection.pragma('synchronous = OFF');
  connection.function('SHA2', { deterministic: true }, (text, bits) =>
    hash(`sha${Number(bits)}`, String(text)),
  );
  const execute = async (statement: string) => void connection.exec(statement);
  return {
    hexOf: (ms) => `PRINTF('%012x', ${ms})`,
    timeOf: (ms) => `STRFTIME('%Y-%m-%d %H:%M:%f', (${ms}) / 1000.0, 'unixepoch')`,
    execute,
    dropKeyIndex: () => execute(`DROP INDEX ${KEY_INDEX}`),
    createKeyIndex: () => execute(`CREATE UNIQUE INDEX ${KEY_INDEX} ON sale (idempotency_key)`),
    async settle() {
      await execute('ANALYZE');
      connection.pragma('wal_checkpoint(TRUNCATE)');
    },
    close: async () => void connection.close(),
  };
}
