/** Most batches that one failure makes cautious. */
const MAX_BATCHES = 64;

/** For how many batches something that failed is not tried again: more with each failure that follows on another. */
export class Caution {
  private batchesLeft = 0;
  private failuresInARow = 0;

  /** Asked once a batch. */
  isDue(): boolean {
    if (this.batchesLeft === 0) return false;
    this.batchesLeft -= 1;
    return true;
  }

  raise(): void {
    this.failuresInARow += 1;
    this.batchesLeft = Math.min(2 ** this.failuresInARow, MAX_BATCHES) - 1;
  }

  /** It has worked, or would have. */
  relax(): void {
    this.failuresInARow = 0;
  }
}
