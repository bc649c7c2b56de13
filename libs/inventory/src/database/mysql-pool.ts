import mysql, { type Pool, type PoolConnection, type PoolOptions } from 'mysql2';
import { type Socket } from 'node:net';
import { isAccessDenied } from './database-errors.js';

/**
 * The settings that this project relies on, whatever the server's defaults are. A transaction waits 3 s for a lock, not
 * 50. Locking reads see rows that were committed while they waited, and take no gap locks. MySQL refuses a value that a
 * column cannot hold, instead of changing it. A backslash escapes, as the driver assumes. Text compares byte by byte, as
 * the columns do.
 */
const SESSION = [
  `SET SESSION innodb_lock_wait_timeout = 3, transaction_isolation = 'READ-COMMITTED',
    sql_mode = 'STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION'`,
  'SET NAMES utf8mb4 COLLATE utf8mb4_0900_bin',
];

/** How long the server may take to close connections at shutdown, in ms, before they are cut. */
const CLOSE_LIMIT_MS = 2_000;

/** mysql2's own `destroy()` closes only its half and waits for the server, which may never answer. */
function socketOf(connection: PoolConnection): Socket {
  return (connection as PoolConnection & { stream: Socket }).stream;
}

/**
 * Cuts the connection at once. Its running and waiting statements fail with `ETIMEDOUT`, and the pool opens another
 * in its place.
 */
export function cut(connection: PoolConnection): void {
  connection.destroy();
  socketOf(connection).destroy(Object.assign(new Error('the database is silent'), { code: 'ETIMEDOUT' }));
}

/**
 * A pool of mysql2 with the settings of {@link SESSION}. A server that does not answer cannot delay its end.
 *
 * @param rereadPassword called when MySQL refuses the password of a new connection: it may have been rotated
 */
export function createPool(options: PoolOptions, rereadPassword?: () => string): Pool {
  const pool = mysql.createPool(options);
  if (rereadPassword) followPassword(pool, options.password, rereadPassword);
  const open = new Set<PoolConnection>();
  pool.on('connection', (connection) => {
    open.add(connection);
    socketOf(connection).once('close', () => open.delete(connection));
    // The running statement gets the error of a lost connection. Without a listener here, a second one would end the process.
    connection.on('error', () => undefined);
    for (const statement of SESSION) connection.query(statement, () => undefined);
  });
  const end = pool.end.bind(pool) as (done: (error?: unknown) => void) => void;
  pool.end = (done?: (error: NodeJS.ErrnoException | null) => void) => {
    // The timer goes on after the pool has ended: its connections end later.
    setTimeout(() => open.forEach(cut), CLOSE_LIMIT_MS).unref();
    end(() => done?.(null));
  };
  return pool;
}

type Connected = (error: NodeJS.ErrnoException | null, connection: PoolConnection) => void;

/** When a new connection is refused, reads the password again and tries once more. Open connections stay open. */
function followPassword(pool: Pool, first: string | undefined, reread: () => string): void {
  const { connectionConfig } = (pool as Pool & { config: { connectionConfig: { password?: string } } })
    .config;
  const open = pool.getConnection.bind(pool) as (connected: Connected) => void;
  let password = first;
  const openAgain = (refused: NodeJS.ErrnoException, connected: Connected) => {
    try {
      const current = reread();
      if (current === password) return connected(refused, undefined as never);
      connectionConfig.password = password = current;
    } catch (error) {
      return connected(error as Error, undefined as never);
    }
    open(connected);
  };
  pool.getConnection = (connected: Connected) => {
    const tried = password;
    open((error, connection) => {
      if (!error || !isAccessDenied(error)) return connected(error, connection);
      // Another connection that was refused at the same time has read the new password already.
      if (tried !== password) return open(connected);
      openAgain(error, connected);
    });
  };
}
