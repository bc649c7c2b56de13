export interface Backoff {
  /** The delay after the first failure. */
  first: number;
  /** The longest delay. */
  max: number;
}

/**
 * The delay after `failures` failures in a row, at least 1: it doubles with each. In the unit of `backoff`, be it
 * milliseconds, seconds or batches.
 */
export function exponentialBackoff(failures: number, { first, max }: Backoff): number {
  return Math.min(first * 2 ** (failures - 1), max);
}

/**
 * A random delay of at most `delay`, so that callers which failed together do not try again together.
 *
 * @param share the random share of the delay, 0 to 1
 * @param random a number of at least 0 and below 1
 */
export function withJitter(delay: number, share: number, random = Math.random): number {
  return delay * (1 - share + share * random());
}
