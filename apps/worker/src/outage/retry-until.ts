import { setTimeout as sleep } from 'node:timers/promises';

/** Pauses between two tries, in ms: doubled from the first to the longest. */
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 1_000;

/**
 * Tries until `work` succeeds or `deadline` is near, and then fails as the last try did. For notes of what cannot be
 * taken back: when a moment's database error loses the note, the message comes back and it is done twice.
 */
export async function retryUntil(deadline: Date, work: () => Promise<void>): Promise<void> {
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
    try {
      return await work();
    } catch (error) {
      if (Date.now() + pauseMs >= deadline.getTime()) throw error;
      await sleep(pauseMs);
    }
  }
}
