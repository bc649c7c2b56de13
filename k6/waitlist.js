/**
 * Few goods, and most buyers wait for more. The factory makes them while buyers come, leave, click twice and look where they
 * are. Nobody may be overtaken.
 */
import { check } from 'k6';
import exec from 'k6/execution';
import { buy, saleThresholds, TREND_STATS } from './load/outcomes.js';
import { MAX_QUANTITY, quantityOf, waitlist } from './load/profiles.js';
import { newRun } from './load/requests.js';
import { summaryOf } from './load/summary.js';
import { leaveOne, lookAtOne, remember } from './load/waits.js';

const profile = waitlist(__ENV);

export const options = {
  scenarios: { waitlist: profile.scenario },
  thresholds: {
    ...saleThresholds(profile, ['accepted', 'waiting', 'refused']),
    shed_share: ['rate<0.05'],
    sales_accepted: ['count>0'],
    sales_waiting: ['count>0'],
    sales_refused: [profile.plainPercent > 0 ? 'count>0' : 'count==0'],
    waits_left: [profile.leavePercent > 0 ? 'count>0' : 'count==0'],
  },
  summaryTrendStats: TREND_STATS,
};

export function setup() {
  const { openingUnits, targetLevel } = profile;
  const told = { hasWaitlist: true };
  return newRun('waitlist', { openingUnits, rules: { targetLevel }, maxQuantity: MAX_QUANTITY, told });
}

export default function (data) {
  const sale = exec.scenario.iterationInTest;
  // Sales that come one after the other are of different kinds, and each kind has every quantity.
  const percentile = (sale * 37) % 100;
  const isPlain = percentile < profile.plainPercent;
  const clicks = (sale * 53) % 100 < profile.doubleClickPercent ? 2 : 1;
  const members = isPlain ? {} : { onShortage: 'backorder' };
  const lines = [{ product: 0, quantity: quantityOf(sale) }];
  const answers = buy(data, lines, `${data.runId}-${sale}`, clicks, members);
  const joined = answers.find(({ status }) => status === 202);
  if (joined) {
    check(joined, {
      'a sale that waits is told its place': (answer) =>
        answer.json('status') === 'WAITING' && answer.json('waiting.position') >= 1,
      'a sale that waits is told when its goods come, if that is known': (answer) =>
        isTrueRange(answer.json('waiting.arrival')),
    });
    const leaves = (sale * 71) % 100 < profile.leavePercent;
    remember(joined, { leavesAt: leaves ? Date.now() + 1_000 * profile.leaveAfterSeconds : undefined });
  }
  if ((sale * 29) % 100 < profile.lookPercent) lookAtOne(sale % 2 === 0);
  leaveOne();
  // No sleep: the executor decides when the next buyer comes. A pause would only hold one of its VUs back.
}

function isTrueRange(arrival) {
  return arrival === null || arrival.from <= arrival.to;
}

export const handleSummary = summaryOf('waitlist');
