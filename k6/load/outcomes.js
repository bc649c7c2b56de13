/** Sends sales, and counts what came of them. The gate rests on these counts. */
import { check } from 'k6';
import http from 'k6/http';
import { Counter, Gauge, Rate, Trend } from 'k6/metrics';
import { countedOutcomes, isPlacedStatus, outcomeOf } from './answer-outcome.js';
import { logAnswers, logRequests } from './history-log.js';
import { saleRequest } from './requests.js';

/** The values of a {@link Trend} that the summary shows. */
export const TREND_STATS = ['count', 'min', 'med', 'p(95)', 'p(99)', 'max'];

/** Counted before a request leaves: one that never got an outcome, since k6 cut it off, is the difference. */
const sent = new Counter('sales_sent');
const counters = {
  /** 201, once an idempotency key. */
  accepted: new Counter('sales_accepted'),
  /** 202, once an idempotency key: it waits for goods. */
  waiting: new Counter('sales_waiting'),
  /** Answered once more for the same key: the same sale. */
  replayed: new Counter('sales_replayed'),
  /** 409: not enough stock. */
  refused: new Counter('sales_refused'),
  /** 409 `SALE.NOT_OPEN`: the product is not sold yet. */
  early: new Counter('sales_early'),
  /** 409 `SALE.LIMIT_REACHED`: the customer has as many as one may have. */
  limited: new Counter('sales_limited'),
  /** Turned away before anything was tried. */
  shed: new Counter('sales_shed'),
  /** The connection was not made, so nothing was sent. */
  unreached: new Counter('sales_unreached'),
  /** Sent, with an unknown outcome: it may be stored. */
  unknown: new Counter('sales_unknown'),
  /** Any other refusal: the script or the service is wrong. */
  unexpected: new Counter('sales_unexpected'),
};
const lines = new Counter('lines_accepted');
const units = new Counter('units_accepted');

const refusedShare = new Rate('refused_share');
const shedShare = new Rate('shed_share');
const unansweredShare = new Rate('unanswered_share');
const answerTime = new Trend('answer_time', true);
/** Its least and its greatest value are when the load began and ended; setup does not count. */
const clock = new Gauge('load_clock');
/** When the answers to sales came; the least is the first one's. */
const acceptedAt = new Gauge('accepted_at');
/** When requests left that were refused as too early; the greatest is the last one's. */
const earlyAt = new Gauge('early_at');

/**
 * Thresholds that hold for every sale, whatever the profile. None is ever switched off.
 *
 * @param outcomes those whose answers must be quick; the summary shows their times
 */
export function saleThresholds({ p99Ms, maxDropped }, outcomes = ['accepted', 'refused']) {
  return {
    checks: ['rate==1'],
    sales_unexpected: ['count==0'],
    unanswered_share: ['rate<0.001'],
    ...(maxDropped !== undefined && { dropped_iterations: [`count<=${maxDropped}`] }),
    ...Object.fromEntries(outcomes.map((outcome) => [`answer_time{outcome:${outcome}}`, [`p(99)<${p99Ms}`]])),
  };
}

/**
 * Buys, and counts the outcome.
 *
 * @param data what `newRun` returned
 * @param wanted lines `{product, quantity}`; `product` is the index in `data.products`, one line a product
 * @param idempotencyKey of this buyer alone
 * @param clicks how often the buyer sends it, all at once
 * @param members of the body, beside the lines
 * @returns the answers
 */
export function buy(data, wanted, idempotencyKey, clicks = 1, members = {}) {
  const saleLines = wanted.map(({ product, quantity }) => ({ sku: data.products[product].sku, quantity }));
  const request = saleRequest(saleLines, idempotencyKey, members);
  const mayWait = members.onShortage === 'backorder';
  sent.add(clicks);
  const numbers = logRequests(saleLines, idempotencyKey, { clicks, mayWait });
  const sentAt = Date.now();
  const answers = http.batch(Array(clicks).fill(request));
  logAnswers(numbers, answers);
  const told = answers.map(outcomeOf);
  const outcomes = countedOutcomes(told, mayWait);
  answers.forEach((answer, index) => count(outcomes[index], answer, sentAt));
  if (outcomes.includes('accepted')) {
    for (const { product, quantity } of wanted) {
      const tags = { product: String(product) };
      lines.add(1, tags);
      units.add(quantity, tags);
    }
  }
  if (clicks > 1) checkOneSale(answers, told);
  return answers;
}

function count(outcome, answer, sentAt) {
  counters[outcome].add(1);
  refusedShare.add(outcome === 'refused');
  shedShare.add(outcome === 'shed');
  unansweredShare.add(outcome === 'unknown' || outcome === 'unreached');
  answerTime.add(answer.timings.duration, { outcome });
  clock.add(Date.now());
  if (outcome === 'accepted') acceptedAt.add(Date.now());
  if (outcome === 'early') earlyAt.add(sentAt);
}

/** The same key sent twice at once is one sale: one answer is new, and all tell of the same id. */
function checkOneSale(answers, told) {
  const sales = answers.filter(({ status }) => isPlacedStatus(status));
  check(sales, {
    'a repeated key is one sale': () =>
      told.filter((outcome) => outcome === 'accepted' || outcome === 'waiting').length <= 1 &&
      new Set(sales.map((sale) => sale.json('id'))).size <= 1,
  });
}
