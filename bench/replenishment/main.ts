/** Compares the fixed rule of a product with the suggestion, on simulated demand. The same figures each time. */
import 'reflect-metadata';
import { runCommand } from '#runtime';
import { type DemandTrace, SCORING_TRACES, TUNING_TRACES } from './demand-traces.js';
import {
  equalStockZ,
  type FixedRule,
  runFixed,
  runSuggestion,
  SERVED_SHARES,
  stockDaysOf,
  type Total,
  totalOf,
  tunedRule,
} from './score.js';
import { type Outcome } from './simulation.js';

const USAGE = `npm run bench:replenishment

Sells the demand of twenty simulated products. On ten of them the fixed rule is tuned: the reorder point and the target level that
serve 90, 95 and 98 % of the units with the least stock. On the other ten it is scored, beside the suggestion that is followed every
day, at equal average stock. It takes some seconds and no database.

  --help          this text
`;

await runCommand({ usage: USAGE, options: {}, run: bench });

function bench(): Promise<void> {
  for (const servedShare of SERVED_SHARES) compare(servedShare);
  return Promise.resolve();
}

function compare(servedShare: number): void {
  const rule = tunedRule(TUNING_TRACES, servedShare);
  console.log(
    `\n${servedShare * 100} % served on the ten traces to tune: reorder point ${rule.cover.toFixed(1)} times the demand in a lead time, orders of ${rule.orderDays} days of demand`,
  );
  const fixed = runFixed(SCORING_TRACES, rule);
  const { stockDays } = totalOf(fixed);
  const z = equalStockZ(SCORING_TRACES, rule, stockDays);
  const suggested = runSuggestion(SCORING_TRACES, rule, z);
  console.log(
    `scored on the other ten, one z of ${z.toFixed(2)} for all products, so that the stock is equal on average`,
  );
  report(fixed, suggested);
  reportEach(rule, fixed);
}

function report(fixed: readonly Outcome[], suggested: readonly Outcome[]): void {
  console.table(SCORING_TRACES.map((trace, index) => rowOf(trace, fixed[index]!, suggested[index]!)));
  console.log(`fixed rule: ${textOf(totalOf(fixed))}\nsuggestion: ${textOf(totalOf(suggested))}`);
}

/** With a z for each trace, so that the stock of each is equal. */
function reportEach(rule: FixedRule, fixed: readonly Outcome[]): void {
  const zs = SCORING_TRACES.map((trace, index) => equalStockZ([trace], rule, stockDaysOf(fixed[index]!)));
  const suggested = SCORING_TRACES.flatMap((trace, index) => runSuggestion([trace], rule, zs[index]!));
  console.log(
    `a z of its own for each product, so that the stock of each is equal: ${zs.map((z) => z.toFixed(1)).join(', ')}`,
  );
  report(fixed, suggested);
}

function rowOf({ seed, kind }: DemandTrace, fixed: Outcome, suggested: Outcome) {
  return {
    ...{ seed, demand: kind, units: fixed.demand },
    'fixed: stock, days': stockDaysOf(fixed).toFixed(1),
    'short, units': fixed.short,
    'days short': fixed.daysShort,
    'suggested: stock, days': stockDaysOf(suggested).toFixed(1),
    'short, units ': suggested.short,
    'days short ': suggested.daysShort,
  };
}

function textOf({ stockDays, shortShare, short, daysShort }: Total): string {
  return `stock of ${stockDays.toFixed(2)} days, ${(shortShare * 100).toFixed(2)} % of the units short on average (${short.toLocaleString('en')} units), on ${daysShort} days`;
}
