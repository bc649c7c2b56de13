import { setTimeout as sleep } from 'node:timers/promises';

/** Pauses between two tries, in ms: doubled from the first to the longest. */
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 1_000;

/**
 * Tries until `work` succeeds or the deadline is near, and then fails as the last try did. For notes of what cannot be
 * taken back: when a moment's database error loses the note, the message comes back and it is done twice.
 *
 * @param deadlineMs on the monotonic clock of this process, `performance.now()`: the end of a lease is stored in the
 * database's time, which the clock of this machine may not agree with
 */
export async function retryUntil(deadlineMs: number, work: () => Promise<void>): Promise<void> {
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
    try {
      return await work();
    } catch (error) {
      if (performance.now() + pauseMs >= deadlineMs) throw error;
      await sleep(pauseMs);
    }
  }
}
