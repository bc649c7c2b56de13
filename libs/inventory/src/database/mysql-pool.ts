import mysql, { type Pool, type PoolConnection, type PoolOptions } from 'mysql2';
import { type Socket } from 'node:net';

/** How long a statement waits for a row that another transaction has locked, in seconds. MySQL's own default is 50. */
const LOCK_WAIT_SECONDS = 3;

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

/** mysql2's pool, of connections that do not wait long for a lock, and whose end a silent server cannot hold up. */
export function createPool(options: PoolOptions): Pool {
  const pool = mysql.createPool(options);
  const open = new Set<PoolConnection>();
  pool.on('connection', (connection) => {
    open.add(connection);
    socketOf(connection).once('close', () => open.delete(connection));
    // The statement at hand is told of a lost connection. Unheard here, a second word of it would end the process.
    connection.on('error', () => undefined);
    connection.query(`SET SESSION innodb_lock_wait_timeout = ${LOCK_WAIT_SECONDS}`, () => undefined);
  });
  const end = pool.end.bind(pool) as (done: (error?: unknown) => void) => void;
  pool.end = (done?: (error: NodeJS.ErrnoException | null) => void) => {
    // Not stopped when the pool has ended: that is before its connections have.
    setTimeout(() => open.forEach(cut), CLOSE_LIMIT_MS).unref();
    end(() => done?.(null));
  };
  return pool;
}
