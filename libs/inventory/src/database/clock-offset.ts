/** How far the clocks of two machines move apart: 200 parts in a million, which is worse than any of them should be. */
const DRIFT = 0.000_2;

/** A clock is read to the millisecond, which is rounded down: half of that is added, and may be wrong. */
const HALF_MS = 0.5;

interface Reading {
  /** The clock elsewhere, less the monotonic clock of this process, in ms. */
  offsetMs: number;
  errorMs: number;
  takenAt: number;
}

/**
 * What a clock elsewhere shows, without asking it each time: it is read now and then, and in between the monotonic clock of this
 * process counts on. A wrong clock of this machine, and one that is set, do no harm.
 */
export class ClockOffset {
  private best: Reading | undefined;

  get isKnown(): boolean {
    return this.best !== undefined;
  }

  /**
   * A reading, of which it is only known that it was taken between two moments of `performance.now()`: the middle of both is
   * assumed, and half of the time between them may be wrong. A worse reading than the last one is not used, unless the two
   * contradict each other: then the clock was set.
   */
  record(time: Date, sentAt: number, receivedAt: number): void {
    const reading = {
      offsetMs: time.getTime() + HALF_MS - (sentAt + receivedAt) / 2,
      errorMs: (receivedAt - sentAt) / 2 + HALF_MS,
      takenAt: receivedAt,
    };
    const errorOfBest = this.errorMs(receivedAt);
    const isBetter = errorOfBest === undefined || reading.errorMs <= errorOfBest;
    if (isBetter || this.contradicts(reading, errorOfBest)) this.best = reading;
  }

  /** The time there at a moment of `performance.now()`; undefined before the first reading. */
  at(monotonicMs: number): Date | undefined {
    return this.best && new Date(this.best.offsetMs + monotonicMs);
  }

  /** The most by which {@link at} may be wrong at a moment of `performance.now()`, in ms. */
  errorMs(monotonicMs: number): number | undefined {
    if (!this.best) return undefined;
    return this.best.errorMs + DRIFT * Math.max(0, monotonicMs - this.best.takenAt);
  }

  private contradicts({ offsetMs, errorMs }: Reading, errorOfBest: number): boolean {
    return Math.abs(offsetMs - this.best!.offsetMs) > errorMs + errorOfBest;
  }
}
