import { acceptedRange, leadTimeQuantiles, nextCorrection, type ObservedOrder } from '#inventory';
import { type SimulatedOrder, trueFactors } from './simulated-factory.js';

/** Times in hours, from the acceptance of the order. */
export interface StatedRange {
  p50: number;
  p90: number;
}

const HOUR_MS = 3_600_000;
const PROMISE = { leadTimeSeconds: 48 * 3_600, overdueAfterSeconds: 96 * 3_600 };

/** As many completed orders as the product reads. */
const SAMPLE_SIZE = 100;

/** What the product states for each order, by the orders that were complete or open when it was accepted. */
export function statedRanges(orders: readonly SimulatedOrder[]): StatedRange[] {
  const byArrival = orders
    .map((_, index) => index)
    .sort((one, other) => orders[one]!.arrivedAt - orders[other]!.arrivedAt);
  const accepted: ObservedOrder[] = [];
  const completed: ObservedOrder[] = [];
  let correction = 0;
  return orders.map((order) => {
    while (orders[byArrival[completed.length]!]!.arrivedAt <= order.acceptedAt) {
      const index = byArrival[completed.length]!;
      const done = accepted[index]!;
      done.closedAt = dateOf(orders[index]!.arrivedAt);
      correction = nextCorrection(correction, done);
      completed.push(done);
    }
    const now = dateOf(order.acceptedAt);
    const open = accepted.filter(({ closedAt }) => closedAt === null).slice(-SAMPLE_SIZE);
    const quantiles = leadTimeQuantiles([...completed.slice(-SAMPLE_SIZE), ...open], correction, now);
    const range = acceptedRange({ ...PROMISE, leadTimeQuantiles: quantiles && [...quantiles] }, now);
    accepted.push({ orderedAt: now, closedAt: null, expectedFrom: range.from, expectedTo: range.to });
    return { p50: hoursBetween(now, range.from), p90: hoursBetween(now, range.to) };
  });
}

/** What an estimator states that knows the factory's distribution when it accepts each order. */
export function knownRanges(orders: readonly SimulatedOrder[]): StatedRange[] {
  const factors = trueFactors();
  const quantile = (share: number) => factors[Math.ceil(share * factors.length) - 1]!;
  return orders.map(({ medianHours }) => ({
    p50: medianHours * quantile(0.5),
    p90: medianHours * quantile(0.9),
  }));
}

function dateOf(hours: number): Date {
  return new Date(hours * HOUR_MS);
}

function hoursBetween(from: Date, to: Date): number {
  return (to.getTime() - from.getTime()) / HOUR_MS;
}
