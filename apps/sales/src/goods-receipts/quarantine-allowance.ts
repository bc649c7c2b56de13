/** Forged callbacks that are recorded at once, and the time after which one more may be, in ms. */
const BURST = 20;
const REFILL_MS = 10_000;

/**
 * Bounds how many forged callbacks are kept for a person to see. Anybody can send them: without a bound, a stranger
 * could fill the queue in front of real goods.
 */
export class QuarantineAllowance {
  private tokens = BURST;
  private refilledAt = performance.now();

  /** Whether one more may be recorded now. */
  take(now = performance.now()): boolean {
    const earned = Math.floor((now - this.refilledAt) / REFILL_MS);
    if (earned > 0) {
      this.tokens = Math.min(BURST, this.tokens + earned);
      this.refilledAt += earned * REFILL_MS;
    }
    if (this.tokens === 0) return false;
    this.tokens -= 1;
    return true;
  }
}
