import { InventoryError } from '#inventory';
import { type Backoff, exponentialBackoff } from '#runtime';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * The pauses between attempts, in ms. DatabaseOutageTask waits a second after an outage before it resumes the queues. Every
 * write is tried once more in that time.
 */
const PAUSE_MS: Backoff = { first: 100, max: 500 };

/**
 * Tries `work` until it succeeds or the deadline is near, and then throws its last error. For writes that record an effect
 * which cannot be undone: if a short database error lost the record, the message would come back and cause the effect twice.
 *
 * While the database is unavailable it continues after the deadline. Without the database no other worker can claim the lease, and
 * the record must be written before the message is received again.
 *
 * @param deadlineMs on the monotonic clock of this process, `performance.now()`. The end of a lease is stored in the
 * database's time, which may differ from the clock of this machine
 */
export async function retryUntil(deadlineMs: number, work: () => Promise<void>): Promise<void> {
  for (let failures = 1; ; failures += 1) {
    try {
      return await work();
    } catch (error) {
      const pauseMs = exponentialBackoff(failures, PAUSE_MS);
      if (performance.now() + pauseMs >= deadlineMs && !isOutage(error)) throw error;
      await sleep(pauseMs);
    }
  }
}

function isOutage(error: unknown): boolean {
  return error instanceof InventoryError && error.code === 'DATABASE.UNAVAILABLE';
}
