import { type DemandTrace } from './demand-traces.js';
import { baselineOf, fixedRule, followedSuggestion, type Outcome, simulate } from './simulation.js';

/** The fixed rule, in multiples of what was known of each product before it was set. */
export interface FixedRule {
  cover: number;
  orderDays: number;
}

export interface Total {
  /** The average stock of a trace, in days of its demand, on average over the traces. */
  stockDays: number;
  /** The share of demanded units that were refused, on average over the traces. */
  shortShare: number;
  short: number;
  daysShort: number;
}

/** The shares of units that a fixed rule must serve on the traces to tune, with the least stock. */
export const SERVED_SHARES = [0.9, 0.95, 0.98];

const COVERS = Array.from({ length: 36 }, (_, index) => 0.5 + index / 10);
const ORDER_DAYS = [3, 5, 7, 10, 14, 21];

/** A z within these bounds is looked for: the average stock grows with it. */
const Z_BOUNDS = { low: -6, high: 12 };
const BISECTIONS = 40;

export function runFixed(traces: readonly DemandTrace[], { cover, orderDays }: FixedRule): Outcome[] {
  return traces.map((trace) => {
    const rule = fixedRule(baselineOf(trace), cover, orderDays);
    return simulate(trace, () => rule);
  });
}

export function runSuggestion(
  traces: readonly DemandTrace[],
  { cover, orderDays }: FixedRule,
  z: number,
): Outcome[] {
  return traces.map((trace) => {
    const baseline = baselineOf(trace);
    return simulate(trace, followedSuggestion(fixedRule(baseline, cover, orderDays), baseline, z));
  });
}

/** The fixed rule that serves so much of the demand with the least stock. */
export function tunedRule(traces: readonly DemandTrace[], servedShare: number): FixedRule {
  const rules = COVERS.flatMap((cover) => ORDER_DAYS.map((orderDays) => ({ cover, orderDays })));
  const served = rules
    .map((rule) => ({ rule, total: totalOf(runFixed(traces, rule)) }))
    .filter(({ total }) => total.shortShare <= 1 - servedShare)
    .sort((one, other) => one.total.stockDays - other.total.stockDays);
  return served[0]!.rule;
}

/** The z with which the suggestion holds as much stock, as near as whole units allow. */
export function equalStockZ(traces: readonly DemandTrace[], rule: FixedRule, stockDays: number): number {
  let { low, high } = Z_BOUNDS;
  for (let step = 0; step < BISECTIONS; step += 1) {
    const middle = (low + high) / 2;
    if (totalOf(runSuggestion(traces, rule, middle)).stockDays < stockDays) low = middle;
    else high = middle;
  }
  return high;
}

export function totalOf(outcomes: readonly Outcome[]): Total {
  const mean = (of: (outcome: Outcome) => number) =>
    outcomes.reduce((sum, outcome) => sum + of(outcome), 0) / outcomes.length;
  return {
    stockDays: mean(stockDaysOf),
    shortShare: mean(({ short, demand }) => short / demand),
    short: outcomes.reduce((sum, { short }) => sum + short, 0),
    daysShort: outcomes.reduce((sum, { daysShort }) => sum + daysShort, 0),
  };
}

/** The average stock, in days of the demand of the scored days. */
export function stockDaysOf({ averageStock, demand }: Outcome): number {
  return averageStock / (demand / SCORED_DAYS);
}

const SCORED_DAYS = 300;
