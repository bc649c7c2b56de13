import { type Backoff, exponentialBackoff } from '#runtime';

/** The batch that failed is counted with those that skip the attempt. */
const BATCHES: Backoff = { first: 2, max: 64 };

/** Exponential backoff, counted in batches: each failure in a row doubles how many batches skip the next attempt. */
export class BatchBackoff {
  private batchesLeft = 0;
  private failuresInARow = 0;

  /** Whether this batch skips the attempt. Call it once a batch. */
  shouldSkip(): boolean {
    if (this.batchesLeft === 0) return false;
    this.batchesLeft -= 1;
    return true;
  }

  recordFailure(): void {
    this.failuresInARow += 1;
    this.batchesLeft = exponentialBackoff(this.failuresInARow, BATCHES) - 1;
  }

  /** The attempt succeeded: the next failure starts with the shortest backoff. */
  recordSuccess(): void {
    this.failuresInARow = 0;
  }
}
