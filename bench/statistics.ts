import { type Cell, type Measurement } from './cell.js';

/** One figure of two cells of a group, divided round by round. */
export interface Ratio {
  median: number;
  rounds: number[];
}

/** @throws RangeError when there is nothing to take it of */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle];
  if (upper === undefined) throw new RangeError('There is no median of nothing.');
  return sorted.length % 2 === 1 ? upper : (sorted[middle - 1]! + upper) / 2;
}

/** The median of a figure over the rounds, `null` if one round could not tell it. */
export function medianOf(cell: Cell, figure: (round: Measurement) => number | null): number | null {
  const values = cell.rounds.map(figure);
  return values.length === 0 || values.includes(null) ? null : median(values as number[]);
}

/** The sum of a figure over the rounds, `null` if one round could not tell it. */
export function sumOf(cell: Cell, figure: (round: Measurement) => number | null): number | null {
  const values = cell.rounds.map(figure);
  return values.includes(null) ? null : (values as number[]).reduce((sum, value) => sum + value, 0);
}

/**
 * How `cell` compares with `reference`. Each round gives a ratio of its own, since the machine is faster in one round
 * than in the next; their median stands for all. `null` without a reference, or when one round measured nothing.
 */
export function ratio(
  cell: Cell | undefined,
  reference: Cell | undefined,
  figure: (round: Measurement) => number = ({ requestsPerSecond }) => requestsPerSecond,
): Ratio | null {
  if (!cell || !reference) return null;
  const rounds = cell.rounds.map((round, index) => {
    const other = reference.rounds[index];
    return other ? figure(round) / figure(other) : NaN;
  });
  return rounds.length > 0 && rounds.every(Number.isFinite) ? { median: median(rounds), rounds } : null;
}
