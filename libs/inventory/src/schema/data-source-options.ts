import { type PoolOptions } from 'mysql2';
import { type DataSourceOptions } from 'typeorm';
import { fileOf, isDatabaseUrl, isMysqlUrl } from '../database/database-url.js';
import { EmbeddedConnection } from '../database/embedded-connection.js';
import { ENTITIES } from './entities.js';
import { MIGRATIONS } from './migrations/index.js';
import { createPool } from '../database/mysql-pool.js';
import { type TlsOptions } from '../database/tls-options.js';

export interface DatabaseSettings {
  /** `mysql://user:password@host:port/database`, or a file for the embedded database. */
  url: string;
  /** Connections to MySQL. The embedded database has one. */
  poolSize: number;
  /** For MySQL. Without it the connection is not encrypted. */
  tls?: TlsOptions;
  /** Reads the password again from its source. Called when MySQL refuses the previous one. */
  rereadPassword?: () => string;
}

/** How long the embedded database blocks the process for a lock, in ms, before the transaction is tried again. */
const EMBEDDED_LOCK_WAIT_MS = 250;

/** Longest wait for a connection to MySQL to open, in ms. */
const CONNECT_TIMEOUT_MS = 5_000;

/**
 * How each database is reached.
 *
 * @throws Error for any other URL. The message omits the URL, which may hold a password
 */
export function dataSourceOptions({
  url,
  poolSize,
  tls,
  rereadPassword,
}: DatabaseSettings): DataSourceOptions {
  const schema = { entities: ENTITIES, migrations: MIGRATIONS, synchronize: false, logging: false as const };
  if (!isDatabaseUrl(url)) throw new Error('DATABASE_URL is neither mysql://... nor a file.');
  if (isMysqlUrl(url)) {
    return {
      ...schema,
      type: 'mysql',
      driver: { createPool: (options: PoolOptions) => createPool(options, rereadPassword) },
      url,
      poolSize,
      ssl: tls,
      connectTimeout: CONNECT_TIMEOUT_MS,
      charset: 'utf8mb4',
      timezone: 'Z',
      isolationLevel: 'READ COMMITTED',
    };
  }
  return {
    ...schema,
    type: 'better-sqlite3',
    database: fileOf(url)!,
    driver: EmbeddedConnection,
    timeout: EMBEDDED_LOCK_WAIT_MS,
    enableWAL: true,
    statementCacheSize: 200,
    // By default better-sqlite3 syncs the WAL only at checkpoints. A confirmed sale must be on disk at once.
    prepareDatabase: (connection: EmbeddedConnection) => void connection.pragma('synchronous = FULL'),
  };
}
