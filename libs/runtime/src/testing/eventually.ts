import { setTimeout as sleep } from 'node:timers/promises';

const PAUSE_MS = 20;

/**
 * Tries `check` until it neither throws nor returns false, for `limitMs` at most.
 *
 * @returns its result
 * @throws its last error
 */
export async function eventually<T>(check: () => T | Promise<T>, limitMs = 30_000): Promise<T> {
  const endMs = performance.now() + limitMs;
  for (;;) {
    try {
      const result = await check();
      if (result !== false) return result;
      throw new Error(`It did not become true within ${limitMs} ms: ${check.toString()}`);
    } catch (error) {
      if (performance.now() > endMs) throw error;
      await sleep(PAUSE_MS);
    }
  }
}
