/**
 * A product that is sold from a moment on, a few units a customer. Buyers knock before it, then the doors open, and it sells
 * out. Some customers try again and again.
 */
import { check } from 'k6';
import exec from 'k6/execution';
import { buy, saleThresholds, TREND_STATS } from './load/outcomes.js';
import { customerOf, dropOpens } from './load/profiles.js';
import { newRun } from './load/requests.js';
import { summaryOf } from './load/summary.js';

const profile = dropOpens(__ENV);
const isSoldOut = profile.wantedUnits > 1.1 * profile.openingUnits;

export const options = {
  scenarios: { 'drop-opens': profile.scenario },
  thresholds: {
    ...saleThresholds(profile, ['accepted', 'refused', 'early', 'limited']),
    shed_share: ['rate<0.05'],
    sales_accepted: ['count>0'],
    sales_refused: [isSoldOut ? 'count>0' : 'count==0'],
    sales_early: [profile.opensAfterSeconds > 0 ? 'count>0' : 'count>=0'],
    sales_limited: [profile.eagerPercent > 0 ? 'count>0' : 'count==0'],
  },
  summaryTrendStats: TREND_STATS,
};

export function setup() {
  const { openingUnits, opensAfterSeconds, maxPerCustomer, wantedUnits, clockErrorMs } = profile;
  const opensAt = Date.now() + 1_000 * opensAfterSeconds;
  // It is not ordered again: what is there is all that there is.
  const rules = { status: 'NOT_REORDERED', salesFrom: new Date(opensAt).toISOString(), maxPerCustomer };
  const told = { opening: { opensAt, maxPerCustomer, wantedUnits, clockErrorMs } };
  return newRun('drop', { openingUnits, rules, told });
}

export default function (data) {
  const sale = exec.scenario.iterationInTest;
  const customerEmail = `${customerOf(sale, profile.eagerPercent)}@${data.runId}.example`;
  const clicks = (sale * 53) % 100 < profile.doubleClickPercent ? 2 : 1;
  const sentAt = Date.now();
  const answers = buy(data, [{ product: 0, quantity: 1 }], `${data.runId}-${sale}`, clicks, {
    customerEmail,
  });
  const early = answers.find(({ status, body }) => status === 409 && body.includes('SALE.NOT_OPEN'));
  if (early) checkRetryAfter(early, data.opening, sentAt);
  // No sleep: the executor decides when the next buyer comes. A pause would only hold one of its VUs back.
}

function checkRetryAfter(answer, { opensAt, clockErrorMs }, sentAt) {
  const retryAfterMs = 1_000 * Number(answer.headers['Retry-After']);
  check(answer, {
    'who comes too early is told when it opens': () => Date.parse(answer.json('opensAt')) === opensAt,
    'who waits for Retry-After is not too early again': () =>
      Date.now() + retryAfterMs >= opensAt - clockErrorMs,
    'Retry-After is no longer than it takes': () =>
      retryAfterMs <= Math.max(0, opensAt - sentAt) + 1_000 + clockErrorMs,
  });
}

export const handleSummary = summaryOf('drop-opens');
