/**
 * Everyone wants what is not there. Refusing must be cheap, and must not sell. A refused buyer makes the factory
 * produce, one or two units at a time here: they are sold as they come, so a few sales are accepted.
 */
import exec from 'k6/execution';
import { buy, saleThresholds, TREND_STATS } from './load/outcomes.js';
import { soldOut } from './load/profiles.js';
import { newRun } from './load/requests.js';
import { summaryOf } from './load/summary.js';

const profile = soldOut(__ENV);

export const options = {
  scenarios: { 'sold-out': profile.scenario },
  thresholds: {
    ...saleThresholds(profile),
    shed_share: ['rate<0.05'],
    sales_refused: ['count>0'],
    sales_accepted: [`count<=${Math.ceil(profile.plannedSales / 100)}`],
  },
  summaryTrendStats: TREND_STATS,
};

export function setup() {
  return newRun('sold-out', { openingUnits: 0 });
}

export default function (data) {
  buy(data, [{ product: 0, quantity: 1 }], `${data.runId}-${exec.scenario.iterationInTest}`);
  // No sleep: the executor decides when the next buyer comes. A pause would only hold one of its VUs back.
}

export const handleSummary = summaryOf('sold-out');
