/** Sends sales, and counts what came of them. The gate rests on these counts. */
import { check } from 'k6';
import http from 'k6/http';
import { Counter, Gauge, Rate, Trend } from 'k6/metrics';
import { logAnswers, logRequests } from './history-log.js';
import { saleRequest } from './requests.js';

/** The values of a {@link Trend} that the summary shows. */
export const TREND_STATS = ['count', 'min', 'med', 'p(95)', 'p(99)', 'max'];

/** Counted before a request leaves: one that never got an outcome, since k6 cut it off, is the difference. */
const sent = new Counter('sales_sent');
const counters = {
  /** 201, once an idempotency key. */
  accepted: new Counter('sales_accepted'),
  /** 201 once more for the same key: the same sale. */
  replayed: new Counter('sales_replayed'),
  /** 409: not enough stock. */
  refused: new Counter('sales_refused'),
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

/** Thresholds that hold for every sale, whatever the profile. None is ever switched off. */
export function saleThresholds({ p99Ms, maxDropped }) {
  return {
    checks: ['rate==1'],
    sales_unexpected: ['count==0'],
    unanswered_share: ['rate<0.001'],
    ...(maxDropped !== undefined && { dropped_iterations: [`count<=${maxDropped}`] }),
    'answer_time{outcome:accepted}': [`p(99)<${p99Ms}`],
    'answer_time{outcome:refused}': [`p(99)<${p99Ms}`],
  };
}

/**
 * Buys, and counts the outcome.
 *
 * @param data what `newRun` returned
 * @param wanted lines `{product, quantity}`; `product` is the index in `data.products`, one line a product
 * @param idempotencyKey of this buyer alone
 * @param clicks how often the buyer sends it, all at once
 * @returns the answers
 */
export function buy(data, wanted, idempotencyKey, clicks = 1) {
  const saleLines = wanted.map(({ product, quantity }) => ({ sku: data.products[product].sku, quantity }));
  const request = saleRequest(saleLines, idempotencyKey);
  sent.add(clicks);
  const numbers = logRequests(saleLines, idempotencyKey, clicks);
  const answers = http.batch(Array(clicks).fill(request));
  logAnswers(numbers, answers);
  const outcomes = answers.map(outcomeOf);
  // A sale is known by its key. Which of its answers came first, or whether an earlier one was lost, does not matter.
  const first = outcomes.findIndex((outcome) => outcome === 'accepted' || outcome === 'replayed');
  answers.forEach((answer, index) => {
    const isAccepted = outcomes[index] === 'accepted' || outcomes[index] === 'replayed';
    count(isAccepted ? (index === first ? 'accepted' : 'replayed') : outcomes[index], answer);
  });
  if (first >= 0) {
    for (const { product, quantity } of wanted) {
      const tags = { product: String(product) };
      lines.add(1, tags);
      units.add(quantity, tags);
    }
  }
  if (clicks > 1) checkOneSale(answers, outcomes);
  return answers;
}

/** @returns what an answer to `POST /sales` says of the sale */
export function outcomeOf(answer) {
  const { status } = answer;
  if (status === 201) return answer.headers['Idempotent-Replayed'] === 'true' ? 'replayed' : 'accepted';
  if (status === 409) return 'refused';
  if (status === 429 || (status === 503 && codeOf(answer) === 'SALE.OVERLOADED')) return 'shed';
  if (status >= 400 && status < 500) return 'unexpected';
  // 1100 to 1199: no address; 1210 to 1212: no connection. Whatever else has no status may have been received.
  if (status === 0 && isBetween(answer.error_code, 1100, 1199)) return 'unreached';
  if (status === 0 && isBetween(answer.error_code, 1210, 1212)) return 'unreached';
  // Another 503 too: a sale that was cut off in its commit is in doubt.
  return 'unknown';
}

function count(outcome, answer) {
  counters[outcome].add(1);
  refusedShare.add(outcome === 'refused');
  shedShare.add(outcome === 'shed');
  unansweredShare.add(outcome === 'unknown' || outcome === 'unreached');
  answerTime.add(answer.timings.duration, { outcome });
  clock.add(Date.now());
}

/** The same key sent twice at once is one sale: one answer is new, and all tell of the same id. */
function checkOneSale(answers, outcomes) {
  const sales = answers.filter(({ status }) => status === 201);
  check(sales, {
    'a repeated key is one sale': () =>
      outcomes.filter((outcome) => outcome === 'accepted').length <= 1 &&
      new Set(sales.map((sale) => sale.json('id'))).size <= 1,
  });
}

function codeOf(answer) {
  try {
    return answer.json('code');
  } catch {
    return undefined;
  }
}

function isBetween(number, least, most) {
  return number >= least && number <= most;
}
