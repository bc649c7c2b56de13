import { describe, expect, it } from '@jest/globals';
import { exponentialBackoff, withJitter } from './exponential-backoff.js';

describe('an exponential backoff', () => {
  it('doubles with each failure, up to the longest delay', () => {
    const delays = [1, 2, 3, 4, 5, 2_000].map((failures) =>
      exponentialBackoff(failures, { first: 10, max: 100 }),
    );
    expect(delays).toEqual([10, 20, 40, 80, 100, 100]);
  });

  it('has a random share, of which the rest is certain', () => {
    expect([0, 0.5, 0.999].map((random) => withJitter(100, 1, () => random))).toEqual([0, 50, 99.9]);
    expect([0, 0.5, 0.999].map((random) => withJitter(100, 0.5, () => random))).toEqual([50, 75, 99.95]);
    expect(withJitter(100, 0, () => 0.3)).toBe(100);
  });
});
