import { InventoryError } from '#inventory';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Pauses between two tries, in ms: doubled from the first to the longest. After an outage DatabaseOutageTask waits a second
 * before it lets messages in again: by then each note was tried once more.
 */
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 500;

/**
 * Tries until `work` succeeds or the deadline is near, and then fails as the last try did. For notes of what cannot be
 * taken back: when a moment's database error loses the note, the message comes back and it is done twice.
 *
 * While the database is unavailable it goes on beyond the deadline: nobody can take over the lease without the database,
 * and the note that comes first when it is back keeps the work from being done twice.
 *
 * @param deadlineMs on the monotonic clock of this process, `performance.now()`: the end of a lease is stored in the
 * database's time, which the clock of this machine may not agree with
 */
export async function retryUntil(deadlineMs: number, work: () => Promise<void>): Promise<void> {
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
    try {
      return await work();
    } catch (error) {
      if (performance.now() + pauseMs >= deadlineMs && !isOutage(error)) throw error;
      await sleep(pauseMs);
    }
  }
}

function isOutage(error: unknown): boolean {
  return error instanceof InventoryError && error.code === 'DATABASE.UNAVAILABLE';
}
