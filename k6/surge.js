/**
 * The drop goes viral: buyers arrive at a rate of their own, whether or not they are answered. Most of the stock is
 * sold in the spike, and the rest of the spike is refused.
 */
import exec from 'k6/execution';
import { buy, saleThresholds, TREND_STATS } from './load/outcomes.js';
import { MAX_QUANTITY, phaseAt, quantityOf, surge } from './load/profiles.js';
import { newRun } from './load/requests.js';
import { summaryOf } from './load/summary.js';

const profile = surge(__ENV);
const spike = profile.phases.find(({ name }) => name === 'spike');

export const options = {
  scenarios: { surge: profile.scenario },
  thresholds: {
    ...saleThresholds(profile),
    shed_share: ['rate<0.05'],
    'sales_accepted{phase:spike}': ['count>0'],
    // Where the stock lasts longer than the spike, no buyer may be refused.
    'sales_refused{phase:spike}': [profile.wantedUnits > 1.1 * profile.openingUnits ? 'count>0' : 'count==0'],
  },
  summaryTrendStats: TREND_STATS,
};

export function setup() {
  return newRun('surge', { openingUnits: profile.openingUnits, maxQuantity: MAX_QUANTITY });
}

export default function (data) {
  exec.vu.metrics.tags.phase = phaseAt(profile.phases, Date.now() - exec.scenario.startTime);
  const sale = exec.scenario.iterationInTest;
  const clicks = sale % 100 < profile.doubleClickPercent ? 2 : 1;
  buy(data, [{ product: 0, quantity: quantityOf(sale) }], `${data.runId}-${sale}`, clicks);
  // No sleep: the executor decides when the next buyer comes. A pause would only hold one of its VUs back.
}

export const handleSummary = summaryOf('surge', spike);
