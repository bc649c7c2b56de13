import { describe, expect, it } from '@jest/globals';
import { BatchBackoff } from './batch-backoff.js';

/** How many batches skip. */
function lengthOf(backoff: BatchBackoff): number {
  let batches = 0;
  while (backoff.shouldSkip()) batches += 1;
  return batches;
}

describe('the batch backoff', () => {
  it('doubles with each failure in a row, up to a bound', () => {
    const backoff = new BatchBackoff();
    expect(lengthOf(backoff)).toBe(0);
    const lengths = Array.from({ length: 8 }, () => {
      backoff.recordFailure();
      return lengthOf(backoff);
    });
    expect(lengths).toEqual([1, 3, 7, 15, 31, 63, 63, 63]);
  });

  it('is short again after a success', () => {
    const backoff = new BatchBackoff();
    backoff.recordFailure();
    backoff.recordFailure();
    lengthOf(backoff);
    backoff.recordSuccess();
    backoff.recordFailure();
    expect(lengthOf(backoff)).toBe(1);
  });
});
