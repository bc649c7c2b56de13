/** One buyer lives through the whole story, within a minute: is the system up, and does it do what it promises? */
import { check, sleep } from 'k6';
import { buy, saleThresholds, TREND_STATS } from './load/outcomes.js';
import { smoke } from './load/profiles.js';
import { getReadiness, getSale, getStock, newRun } from './load/requests.js';
import { summaryOf } from './load/summary.js';

const profile = smoke(__ENV);
const OPENING_UNITS = 5;
const POLL_SECONDS = 0.5;

export const options = {
  scenarios: { smoke: profile.scenario },
  thresholds: {
    ...saleThresholds(profile),
    shed_share: ['rate==0'],
    sales_accepted: ['count==3'],
    sales_replayed: ['count==1'],
    sales_refused: ['count==1'],
  },
  summaryTrendStats: TREND_STATS,
};

export function setup() {
  return newRun('smoke', { openingUnits: OPENING_UNITS, maxQuantity: OPENING_UNITS });
}

export default function (data) {
  const [{ sku }] = data.products;
  check(getReadiness(), { 'it is ready': ({ status }) => status === 200 });

  const [first, again] = buy(data, [{ product: 0, quantity: 2 }], `${data.runId}-first`, 2);
  check(first, {
    'a sale is confirmed': (sale) => sale.status === 201 && sale.json('status') === 'CONFIRMED',
  });
  check(again, {
    'sent again it is the same sale': (sale) => sale.status === 201 && sale.body === first.body,
  });
  check(getSale(first.json('id')), {
    'it can be read': (sale) => sale.status === 200 && sale.body === first.body,
  });

  buy(data, [{ product: 0, quantity: getStock(sku).available }], `${data.runId}-rest`);
  const [refused] = buy(data, [{ product: 0, quantity: 1 }], `${data.runId}-refused`);
  check(refused, {
    'who comes too late is refused, and told of the refill': (answer) =>
      answer.status === 409 &&
      answer.json('code') === 'STOCK.INSUFFICIENT' &&
      answer.json('shortages.0.restockOrder.id') !== undefined,
  });

  // A sleep between two looks, as a buyer does: this is one person, not an arrival rate.
  const deadline = Date.now() + profile.refillSeconds * 1_000;
  while (getStock(sku).available === 0 && Date.now() < deadline) sleep(POLL_SECONDS);
  const [refilled] = buy(data, [{ product: 0, quantity: 1 }], `${data.runId}-refilled`);
  check(refilled, { 'the refill comes, and the sale works': ({ status }) => status === 201 });
}

export const handleSummary = summaryOf('smoke');
