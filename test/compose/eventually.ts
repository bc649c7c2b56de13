import { setTimeout as sleep } from 'node:timers/promises';

const PAUSE_MS = 250;

/** Tries `check` until it no longer throws, and throws its last error after `limitMs`. */
export async function eventually<T>(check: () => T | Promise<T>, limitMs: number): Promise<T> {
  const end = Date.now() + limitMs;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > end) throw error;
      await sleep(PAUSE_MS);
    }
  }
}
