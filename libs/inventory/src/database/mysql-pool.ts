import mysql, { type Pool, type PoolConnection, type PoolOptions } from 'mysql2';
import { type Socket } from 'node:net';
import { isAccessDenied } from './database-errors.js';

/**
 * What every connection relies on, whatever the server's own settings are. A lock is waited for 3 s, not 50. Locking
 * reads see what was committed while they waited, and take no gap locks. A value that a column cannot hold is refused,
 * not mended. Backslashes escape, as the driver takes for granted. Text compares byte by byte, as the columns do.
 */
const SESSION = [
  `SET SESSION innodb_lock_wait_timeout = 3, transaction_isolation = 'READ-COMMITTED',
    sql_mode = 'STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION'`,
  'SET NAMES utf8mb4 COLLATE utf8mb4_0900_bin',
];

/** How long a server has to answer the good-bye at shutdown, in ms, before its connections are cut. */
const CLOSE_LIMIT_MS = 2_000;

/** mysql2's own `destroy()` closes its half only and then waits for the server, which may never answer. */
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
 * mysql2's pool, of connections that do not wait long for a lock, and whose end a silent server cannot hold up.
 *
 * @param rereadPassword asked when MySQL refuses the password of a new connection: it may have been rotated
 */
export function createPool(options: PoolOptions, rereadPassword?: () => string): Pool {
  const pool = mysql.createPool(options);
  if (rereadPassword) followPassword(pool, options.password, rereadPassword);
  const open = new Set<PoolConnection>();
  pool.on('connection', (connection) => {
    open.add(connection);
    socketOf(connection).once('close', () => open.delete(connection));
    // The statement at hand is told of a lost connection. Unheard here, a second word of it would end the process.
    connection.on('error', () => undefined);
    for (const statement of SESSION) connection.query(statement, () => undefined);
  });
  const end = pool.end.bind(pool) as (done: (error?: unknown) => void) => void;
  pool.end = (done?: (error: NodeJS.ErrnoException | null) => void) => {
    // Not stopped when the pool has ended: that is before its connections have.
    setTimeout(() => open.forEach(cut), CLOSE_LIMIT_MS).unref();
    end(() => done?.(null));
  };
  return pool;
}

type Connected = (error: NodeJS.ErrnoException | null, connection: PoolConnection) => void;

/** Opens a connection that was refused once more, if the password has changed since. Those that are open stay open. */
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
      // Another connection that was refused at the same time has read it already.
      if (tried !== password) return open(connected);
      openAgain(error, connected);
    });
  };
}
