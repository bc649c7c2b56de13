import { type Group } from './cell.js';

/** Shares the time of a run among its groups. */
export class TimeBudget {
  private readonly endMs: number;

  constructor(mostSeconds: number | undefined) {
    this.endMs = mostSeconds === undefined ? Infinity : Date.now() + mostSeconds * 1_000;
  }

  /** When the first of the groups that are left should be done, by its share of the contestants: a time of `Date.now()`. */
  endOf(left: readonly Group[]): number {
    if (this.endMs === Infinity) return Infinity;
    const all = left.reduce((sum, { contestants }) => sum + contestants.length, 0);
    const now = Date.now();
    return now + ((this.endMs - now) * left[0]!.contestants.length) / all;
  }
}
