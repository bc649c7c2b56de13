import { jest } from '@jest/globals';

/**
 * Runs `work` as a process does whose own clock is `skewMs` ahead (behind, when negative). Only `Date` is changed:
 * timers, the monotonic clock and the database's clock are right.
 */
export async function withWrongClock<T>(skewMs: number, work: () => Promise<T>): Promise<T> {
  jest.useFakeTimers({
    now: Date.now() + skewMs,
    doNotFake: [
      'hrtime',
      'nextTick',
      'performance',
      'queueMicrotask',
      'setImmediate',
      'clearImmediate',
      'setInterval',
      'clearInterval',
      'setTimeout',
      'clearTimeout',
    ],
  });
  try {
    return await work();
  } finally {
    jest.useRealTimers();
  }
}
