/** Detects that something else changes the same rows: a row's value moved between two batches of this process. */
export class ContentionDetector {
  private key: string | undefined;
  private remaining = 0;
  private hasMoved = false;

  /** Whether the row was changed between the last two batches: by another process, or by another change of this one. */
  get isContended(): boolean {
    return this.hasMoved;
  }

  /**
   * Call it after a batch.
   *
   * @param key the row that the batch changed; two batches are compared only when it is the same
   * @param quantity how much the batch subtracted from the row's value
   * @param remaining the row's value afterwards
   */
  observe(key: string, quantity: number, remaining: number): void {
    if (key === this.key) this.hasMoved = remaining + quantity !== this.remaining;
    this.key = key;
    this.remaining = remaining;
  }

  /** Call it after a batch that changed the row in another way: its value says nothing about other processes. */
  reset(): void {
    this.hasMoved = false;
    this.key = undefined;
  }
}
