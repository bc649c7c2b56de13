import { type Factory } from '../product/factory.entity.js';
import { type RestockOrder } from './restock-order.entity.js';

/**
 * A distribution of lead times: its quantiles in seconds, at 0, 5, 10, … and 100 percent, ascending.
 */
export type LeadTimeQuantiles = readonly number[];

/** An order that the factory accepted. It counts while it is open, too: it takes at least the time that has passed. */
export type ObservedOrder = Pick<RestockOrder, 'orderedAt' | 'closedAt' | 'expectedFrom' | 'expectedTo'>;

/** A value and its weight. A censored one is known to be larger than `value`. */
interface Observation {
  value: number;
  weight: number;
  isCensored: boolean;
}

const STEPS = 20;

/** The ranks of {@link LeadTimeQuantiles}. */
const SHARES = Array.from({ length: STEPS + 1 }, (_, index) => index / STEPS);

/** The newest completed orders of a factory, from which its lead times are learned. */
export const SAMPLE_SIZE = 100;

/** Fewer orders say too little: then what the factory promises counts. */
export const SMALLEST_SAMPLE = 10;

/** An order counts half as much as one that was accepted so many orders later. The level of the lead times changes quickly. */
const HALF_LIFE_ORDERS = 4;

/** The correction rises by this, times 0.915, when goods come after the stated P90, and falls by this, times 0.085, when by it. */
const CORRECTION_STEP = 0.04;

/** The share of late orders at which the correction stands still. Below a tenth, because the upper bound holds it back in bursts. */
const LATE_SHARE = 0.085;

/** The bounds of the correction. Without them a burst widens the ranges for a long time after its end. */
const CORRECTION_BOUNDS = { low: -0.3, high: 0.3 };

/** The share of orders that are to arrive by the end of the stated range. */
const STATED_SHARE = 0.9;

/**
 * The lead times of the next order: the level of the newest orders, times the spread of the orders around the P50 that was
 * stated for each (the scores of conformal prediction). The spread needs more orders than the level, and changes slowly.
 *
 * @param orders the newest completed orders, and the accepted ones that are open
 * @param correction see {@link nextCorrection}
 * @returns null when too few orders are complete
 */
export function leadTimeQuantiles(
  orders: readonly ObservedOrder[],
  correction: number,
  now: Date,
): LeadTimeQuantiles | null {
  const newestFirst = orders
    .filter(({ orderedAt }) => orderedAt !== null)
    .sort((one, other) => other.orderedAt!.getTime() - one.orderedAt!.getTime());
  if (newestFirst.filter(({ closedAt }) => closedAt !== null).length < SMALLEST_SAMPLE) return null;
  const level = quantileOf(
    observedQuantiles(
      newestFirst.map((order, rank) => ({
        value: secondsOf(order, now),
        weight: 0.5 ** (rank / HALF_LIFE_ORDERS),
        isCensored: order.closedAt === null,
      })),
    ),
    0.5,
  );
  const spread = spreadOf(newestFirst, now);
  return ascending(
    SHARES.map((share) => {
      // The P50 is the level itself. Scaled by the spread around earlier P50s, it would swing from order to order.
      if (share === 0.5) return level;
      const factor = quantileOf(spread, share);
      if (share < 0.5) return level * Math.min(1, factor);
      return level * Math.max(1, factor) * Math.exp((correction * (share - 0.5)) / (STATED_SHARE - 0.5));
    }),
  );
}

/**
 * The correction of the P90, as a logarithm, after an order is complete. It is a quantile tracker: it grows when too many
 * orders are late and falls when too few are, so that nine of ten arrive by the stated P90, whatever the factory does.
 */
export function nextCorrection(correction: number, { closedAt, expectedTo }: ObservedOrder): number {
  if (closedAt === null || expectedTo === null) return correction;
  const isLate = closedAt > expectedTo ? 1 : 0;
  const next = correction + CORRECTION_STEP * (isLate - LATE_SHARE);
  return Math.min(CORRECTION_BOUNDS.high, Math.max(CORRECTION_BOUNDS.low, next));
}

/** The lead times of a factory of which too few orders are known: by its promise, and by when an order is overdue. */
export function promisedQuantiles({
  leadTimeSeconds,
  overdueAfterSeconds,
}: Pick<Factory, 'leadTimeSeconds' | 'overdueAfterSeconds'>): LeadTimeQuantiles {
  const latest = Math.max(leadTimeSeconds, overdueAfterSeconds);
  const overdueShare = (share: number) => Math.min(1, Math.max(0, (share - 0.5) / (STATED_SHARE - 0.5)));
  return SHARES.map((share) => leadTimeSeconds + (latest - leadTimeSeconds) * overdueShare(share));
}

/** @param share from 0 to 1 */
export function quantileOf(quantiles: LeadTimeQuantiles, share: number): number {
  const at = share * (quantiles.length - 1);
  const below = Math.min(Math.floor(at), quantiles.length - 2);
  return quantiles[below]! + (quantiles[below + 1]! - quantiles[below]!) * (at - below);
}

/**
 * The time that is left of a lead time of which `elapsedSeconds` have passed.
 *
 * @returns null when no known lead time is that long: then nothing is known
 */
export function remainingQuantiles(
  quantiles: LeadTimeQuantiles,
  elapsedSeconds: number,
): LeadTimeQuantiles | null {
  if (elapsedSeconds >= quantiles.at(-1)!) return null;
  const passed = shareWithin(quantiles, elapsedSeconds);
  return SHARES.map((share) =>
    Math.max(0, quantileOf(quantiles, passed + share * (1 - passed)) - elapsedSeconds),
  );
}

/** The sum of two independent lead times, of which the second begins when the first ends. */
export function sumOf(one: LeadTimeQuantiles, other: LeadTimeQuantiles): LeadTimeQuantiles {
  // The middle of each twentieth stands for it.
  const middles = (quantiles: LeadTimeQuantiles) =>
    SHARES.slice(1).map((share) => quantileOf(quantiles, share - 0.5 / STEPS));
  const sums = middles(one).flatMap((first) => middles(other).map((second) => first + second));
  return equallyWeighted(sums);
}

/** The share of lead times that are at most so long. */
function shareWithin(quantiles: LeadTimeQuantiles, seconds: number): number {
  const above = quantiles.findIndex((quantile) => quantile > seconds);
  if (above === 0) return 0;
  const [low, high] = [quantiles[above - 1]!, quantiles[above]!];
  return (above - 1 + (seconds - low) / (high - low)) / (quantiles.length - 1);
}

/** How the lead times of completed orders were spread around the P50 that was stated for each, as factors of it. */
function spreadOf(orders: readonly ObservedOrder[], now: Date): LeadTimeQuantiles {
  const completed = orders.filter(({ closedAt }) => closedAt !== null);
  const scores = completed.flatMap((order) => {
    const stated =
      order.expectedFrom === null ? 0 : order.expectedFrom.getTime() - order.orderedAt!.getTime();
    return stated > 0 ? [(secondsOf(order, now) * 1000) / stated] : [];
  });
  if (scores.length >= SMALLEST_SAMPLE) return equallyWeighted(scores);
  // Orders from before ranges were stated: around their own median.
  const seconds = completed.map((order) => secondsOf(order, now));
  const median = Math.max(1, quantileOf(equallyWeighted(seconds), 0.5));
  return equallyWeighted(seconds.map((value) => value / median));
}

function secondsOf({ orderedAt, closedAt }: ObservedOrder, now: Date): number {
  return Math.max(0, ((closedAt ?? now).getTime() - orderedAt!.getTime()) / 1000);
}

function equallyWeighted(values: readonly number[]): LeadTimeQuantiles {
  return observedQuantiles(values.map((value) => ({ value, weight: 1, isCensored: false })));
}

/** The quantiles of weighted and censored observations, by the estimator of Kaplan and Meier. */
function observedQuantiles(observations: readonly Observation[]): LeadTimeQuantiles {
  const sorted = [...observations].sort(
    (one, other) => one.value - other.value || Number(one.isCensored) - Number(other.isCensored),
  );
  let atRisk = sorted.reduce((sum, { weight }) => sum + weight, 0);
  let surviving = 1;
  const points: { share: number; value: number }[] = [];
  for (const { value, weight, isCensored } of sorted) {
    if (!isCensored) {
      surviving *= Math.max(0, 1 - weight / atRisk);
      points.push({ share: 1 - surviving, value });
    }
    atRisk = Math.max(atRisk - weight, Number.MIN_VALUE);
  }
  return ascending(SHARES.map((share) => valueAt(points, share)));
}

/** Between the two nearest observations; beyond the last one, that. */
function valueAt(points: readonly { share: number; value: number }[], share: number): number {
  const above = points.findIndex((point) => point.share >= share);
  if (above === 0) return points[0]!.value;
  if (above === -1) return points.at(-1)!.value;
  const [low, high] = [points[above - 1]!, points[above]!];
  return low.value + ((high.value - low.value) * (share - low.share)) / (high.share - low.share);
}

function ascending(values: readonly number[]): LeadTimeQuantiles {
  let highest = 0;
  return values.map((value) => (highest = Math.max(highest, value)));
}
