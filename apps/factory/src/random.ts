/**
 * A repeatable sequence of numbers (the Mulberry32 generator): the same seed gives the same sequence on every
 * machine. For decisions about faults only, never for secrets.
 */
export class SeededRandom {
  private state: number;

  /** @param seed a whole number, 0 to 2^32 - 1 */
  constructor(seed: number) {
    this.state = seed | 0;
  }

  /** The next number of the sequence, at least 0 and below 1. */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), this.state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }
}
