/** Scores the dates that the product states, on a simulated factory. The same figures each time. */
import 'reflect-metadata';
import { runCommand } from '#runtime';
import { mean, type QuarterScore, scoreOf } from './score.js';
import {
  FRESH_SCORING_SEEDS,
  MORE_TUNING_SEEDS,
  ORDERS,
  SCORING_SEEDS,
  TUNING_SEEDS,
} from './simulated-factory.js';

const USAGE = `npm run bench:dates

Simulates a factory whose lead times drift and come in bursts, ${ORDERS.toLocaleString('en')} orders for each seed, and scores the range that is
stated when it accepts each order: how many arrive by the stated P90, and how wide the range is beside that of an
estimator that knows the factory's distribution. It takes some seconds and no database.

  --help          this text
`;

/** The goal: in every quarter of a run, this share arrives by the stated P90, in ranges of at most this width. */
const GOAL = { low: 0.85, high: 0.95, widths: 2 };

await runCommand({ usage: USAGE, options: {}, run: bench });

function bench(): Promise<void> {
  report('seeds to tune', [...TUNING_SEEDS, ...MORE_TUNING_SEEDS], false);
  report('seeds to score', SCORING_SEEDS, true);
  report('fresh seeds to score', FRESH_SCORING_SEEDS, true);
  return Promise.resolve();
}

function report(title: string, seeds: readonly number[], isDetailed: boolean): void {
  const quarters = seeds.flatMap(scoreOf);
  console.log(`\n${title}: ${seeds.length} runs of ${ORDERS.toLocaleString('en')} orders`);
  if (isDetailed) {
    console.table(quarters.map(rowOf));
    console.table(seeds.map((seed) => runOf(seed, quarters)));
  }
  console.log(verdictOf(quarters));
}

function rowOf(score: QuarterScore) {
  return {
    seed: score.seed,
    quarter: score.quarter,
    'by P50': percent(score.withinP50),
    'by P90': percent(score.withinP90),
    'by P90, known': percent(score.knownWithinP90),
    'P50 to P90, h': score.widthHours.toFixed(1),
    'known, h': score.knownWidthHours.toFixed(1),
    'x known': (score.widthHours / score.knownWidthHours).toFixed(2),
    'now to P90, h': score.aheadHours.toFixed(1),
    'x known ': (score.aheadHours / score.knownAheadHours).toFixed(2),
  };
}

function runOf(seed: number, quarters: readonly QuarterScore[]) {
  const run = quarters.filter((quarter) => quarter.seed === seed);
  return {
    seed,
    'by P90': percent(mean(run.map(({ withinP90 }) => withinP90))),
    'P50 to P90, x known': ratio(run, 'widthHours', 'knownWidthHours').toFixed(2),
    'now to P90, x known': ratio(run, 'aheadHours', 'knownAheadHours').toFixed(2),
  };
}

function verdictOf(quarters: readonly QuarterScore[]): string {
  const shares = quarters.map(({ withinP90 }) => withinP90);
  const kept = shares.filter((share) => share >= GOAL.low && share <= GOAL.high).length;
  const widths = quarters.map(({ widthHours, knownWidthHours }) => widthHours / knownWidthHours);
  const narrow = widths.filter((width) => width <= GOAL.widths).length;
  const known = quarters.map(({ knownWithinP90 }) => knownWithinP90);
  return [
    `arrived by the stated P90: ${percent(Math.min(...shares))} to ${percent(Math.max(...shares))} in a quarter, ${percent(mean(shares))} in all; ${kept} of ${shares.length} quarters are within ${percent(GOAL.low)} to ${percent(GOAL.high)}`,
    `of the estimator that knows: ${percent(Math.min(...known))} to ${percent(Math.max(...known))} in a quarter, ${percent(mean(known))} in all`,
    `width from P50 to P90: ${ratio(quarters, 'widthHours', 'knownWidthHours').toFixed(2)} times the known one in all; at most ${GOAL.widths} times in ${narrow} of ${widths.length} quarters, ${Math.max(...widths).toFixed(2)} in the widest`,
    `time from now to P90: ${ratio(quarters, 'aheadHours', 'knownAheadHours').toFixed(2)} times the known one`,
  ].join('\n');
}

function ratio(
  scores: readonly QuarterScore[],
  stated: 'widthHours' | 'aheadHours',
  known: 'knownWidthHours' | 'knownAheadHours',
): number {
  return mean(scores.map((score) => score[stated])) / mean(scores.map((score) => score[known]));
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
