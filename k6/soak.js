/**
 * A usual day: one to three products a sale, the same rate for hours, and refills by the factory. Shows what grows with
 * time: memory, queues, tables, the time of an answer. Fails when the refills do not keep up.
 */
import exec from 'k6/execution';
import { buy, saleThresholds, TREND_STATS } from './load/outcomes.js';
import { MAX_QUANTITY, quantityOf, soak } from './load/profiles.js';
import { newRun } from './load/requests.js';
import { summaryOf } from './load/summary.js';

const profile = soak(__ENV);
const products = Array.from({ length: profile.productCount }, (_, index) => index);

export const options = {
  scenarios: { soak: profile.scenario },
  thresholds: {
    ...saleThresholds(profile),
    shed_share: ['rate<0.001'],
    refused_share: ['rate<0.05'],
    ...Object.fromEntries(products.map((index) => [`lines_accepted{product:${index}}`, ['count>0']])),
    ...Object.fromEntries(products.map((index) => [`units_accepted{product:${index}}`, ['count>0']])),
  },
  summaryTrendStats: TREND_STATS,
};

export function setup() {
  const { productCount, openingUnits, maxLines, reorderPoint, targetLevel } = profile;
  const rules = { reorderPoint, targetLevel };
  return newRun('soak', { productCount, openingUnits, rules, maxLines, maxQuantity: MAX_QUANTITY });
}

export default function (data) {
  const sale = exec.scenario.iterationInTest;
  const lineCount = 1 + (sale % profile.maxLines);
  // Not in SKU order: two sales that want the same products the other way round must not wait for each other.
  const lines = Array.from({ length: lineCount }, (_, line) => ({
    product: (sale * 7 + line) % products.length,
    quantity: quantityOf(sale + line),
  }));
  const clicks = sale % 100 < profile.doubleClickPercent ? 2 : 1;
  buy(data, lines, `${data.runId}-${sale}`, clicks);
  // No sleep: the executor decides when the next buyer comes. A pause would only hold one of its VUs back.
}

export const handleSummary = summaryOf('soak');
