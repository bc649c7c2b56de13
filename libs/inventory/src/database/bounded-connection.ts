import { TimeoutError, withTimeout } from '#runtime';
import { type PoolConnection } from 'mysql2';
import { type DataSource, type EntityManager } from 'typeorm';
import { isUnavailable } from './database-errors.js';
import { cut } from './mysql-pool.js';

/** Time limits of MySQL, in ms. After them it counts as unavailable, and the connection is cut. */
export interface TimeLimits {
  /** For one attempt of a transaction or a read, including the wait for a free connection. */
  workMs: number;
  /** For a whole snapshot, which may read millions of rows. */
  snapshotMs: number;
  /** For the write that shows whether the database takes writes. */
  probeMs: number;
}

export const TIME_LIMITS: TimeLimits = { workMs: 10_000, snapshotMs: 600_000, probeMs: 1_500 };

/**
 * Runs `work` on one connection to MySQL, for `limitMs` at most, including the wait for a free connection.
 *
 * The connection is cut and never used again
 * - after `limitMs`,
 * - after an error that means "unavailable": after a failover it may lead to a read-only server,
 * - when its transaction did not end: the next `START TRANSACTION` on it would commit the rest.
 *
 * @throws TimeoutError after `limitMs`: the outcome of a commit that was running is unknown
 */
export async function onBoundedConnection<T>(
  dataSource: DataSource,
  limitMs: number,
  work: (manager: EntityManager) => Promise<T>,
): Promise<T> {
  const runner = dataSource.createQueryRunner();
  const connecting = runner.connect() as Promise<PoolConnection>;
  let stop: (() => void) | undefined;
  let expired = false;
  const working = connecting.then((connection) => {
    // A connection was free too late for this work: it is sound, and returned to the pool.
    if (expired) throw new TimeoutError(limitMs);
    stop = () => cut(connection);
    return work(runner.manager);
  });
  try {
    return await withTimeout(working, limitMs);
  } catch (error) {
    expired = true;
    if (isUnavailable(error) || runner.isTransactionActive) stop?.();
    throw error;
  } finally {
    void connecting.then(
      () => runner.release(),
      () => undefined,
    );
  }
}
