import { knownRanges, type StatedRange, statedRanges } from './estimators.js';
import { type SimulatedOrder, simulateFactory } from './simulated-factory.js';

const QUARTERS = 4;

/** How the ranges of the product did in a quarter of a run, beside those of an estimator that knows the factory. */
export interface QuarterScore {
  seed: number;
  quarter: number;
  /** The share of orders that arrived by the P50 that was stated for them. */
  withinP50: number;
  withinP90: number;
  /** The same, of the estimator that knows. */
  knownWithinP90: number;
  /** From P50 to P90, in hours, on average. */
  widthHours: number;
  knownWidthHours: number;
  /** From the acceptance to the P90, in hours, on average. */
  aheadHours: number;
  knownAheadHours: number;
}

export function scoreOf(seed: number): QuarterScore[] {
  const orders = simulateFactory(seed);
  const [stated, known] = [statedRanges(orders), knownRanges(orders)];
  const size = orders.length / QUARTERS;
  return Array.from({ length: QUARTERS }, (_, index) => {
    const part = <Item>(items: readonly Item[]) => items.slice(index * size, (index + 1) * size);
    const [mine, knowing] = [part(stated), part(known)];
    return {
      ...{ seed, quarter: index + 1 },
      withinP50: shareWithin(part(orders), mine, 'p50'),
      withinP90: shareWithin(part(orders), mine, 'p90'),
      knownWithinP90: shareWithin(part(orders), knowing, 'p90'),
      widthHours: mean(mine.map(({ p50, p90 }) => p90 - p50)),
      knownWidthHours: mean(knowing.map(({ p50, p90 }) => p90 - p50)),
      aheadHours: mean(mine.map(({ p90 }) => p90)),
      knownAheadHours: mean(knowing.map(({ p90 }) => p90)),
    };
  });
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function shareWithin(
  orders: readonly SimulatedOrder[],
  ranges: readonly StatedRange[],
  end: keyof StatedRange,
): number {
  return mean(
    orders.map((order, index) => Number(order.arrivedAt - order.acceptedAt <= ranges[index]![end])),
  );
}
