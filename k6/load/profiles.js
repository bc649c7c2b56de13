/**
 * The load profiles, by name. Every number has a default and an option, given as `-e NAME=value`; README.md lists
 * them. Nothing of k6 is imported here, so that the tests can read the profiles, too.
 */

/** What one sale takes on average: {@link quantityOf} goes round 1, 2, 3. */
export const MEAN_QUANTITY = 2;

export const MAX_QUANTITY = 3;

/** Buyers take 1 to 3 units, in turn: a run repeated is the same run. */
export function quantityOf(sale) {
  return 1 + (sale % MAX_QUANTITY);
}

/** How long k6 waits at the end for answers: longer than {@link REQUEST_TIMEOUT_SECONDS}, or it would cut requests off. */
const GRACEFUL_STOP = '30s';
export const REQUEST_TIMEOUT_SECONDS = 20;

/** The load generator may fall short by so much before the run counts as another, slower one. */
const MAX_DROPPED_SHARE = 0.01;

/** A drop goes viral: few buyers, within seconds very many, and after a while few again. Sells out in the spike. */
export function surge(env) {
  const baseRate = option(env, 'BASE_RATE', 50);
  const peakRate = option(env, 'PEAK_RATE', 500);
  const baseSeconds = option(env, 'BASE_SECONDS', 10);
  const rampSeconds = option(env, 'RAMP_SECONDS', 5);
  const spikeSeconds = option(env, 'SPIKE_SECONDS', 30);
  const phases = [
    { name: 'before', seconds: baseSeconds, from: baseRate, to: baseRate },
    { name: 'rise', seconds: rampSeconds, from: baseRate, to: peakRate },
    { name: 'spike', seconds: spikeSeconds, from: peakRate, to: peakRate },
    { name: 'fall', seconds: rampSeconds, from: peakRate, to: baseRate },
    { name: 'after', seconds: baseSeconds, from: baseRate, to: baseRate },
  ];
  const salesIn = ({ seconds, from, to }) => (seconds * (from + to)) / 2;
  const [before, rise, spike] = phases.map(salesIn);
  const plannedSales = phases.map(salesIn).reduce((sum, sales) => sum + sales, 0);
  return {
    plannedSales,
    phases,
    // In the middle of the spike, so that it shows what a sale costs, and what a refusal costs.
    openingUnits: option(env, 'OPENING_UNITS', Math.ceil((before + rise + 0.6 * spike) * MEAN_QUANTITY)),
    /** Units that are wanted by the end of the spike. */
    wantedUnits: Math.floor((before + rise + spike) * MEAN_QUANTITY),
    doubleClickPercent: option(env, 'DOUBLE_CLICK_PERCENT', 10),
    p99Ms: option(env, 'P99_MS', 1_000),
    maxDropped: maxDropped(plannedSales),
    scenario: {
      executor: 'ramping-arrival-rate',
      startRate: baseRate,
      timeUnit: '1s',
      stages: phases.map(({ seconds, to }) => ({ target: to, duration: `${seconds}s` })),
      ...buyersFor(env, peakRate),
    },
  };
}

/** Everyone wants what is not there. */
export function soldOut(env) {
  const rate = option(env, 'RATE', 500);
  const seconds = option(env, 'DURATION_SECONDS', 30);
  return {
    plannedSales: rate * seconds,
    p99Ms: option(env, 'P99_MS', 500),
    maxDropped: maxDropped(rate * seconds),
    scenario: constantRate(env, rate, seconds),
  };
}

/** A usual day, for as long as one likes: several products, sales of several lines, and refills from the factory. */
export function soak(env) {
  const rate = option(env, 'RATE', 50);
  const seconds = option(env, 'DURATION_SECONDS', 3_600);
  const productCount = option(env, 'PRODUCTS', 5);
  const maxLines = Math.min(3, productCount);
  const meanLines = (1 + maxLines) / 2;
  // What a product sells in a minute decides its stock: enough of it for a refill that takes as long.
  const unitsPerMinute = Math.ceil((60 * rate * meanLines * MEAN_QUANTITY) / productCount);
  return {
    plannedSales: rate * seconds,
    productCount,
    maxLines,
    openingUnits: 2 * unitsPerMinute,
    reorderPoint: unitsPerMinute,
    targetLevel: 3 * unitsPerMinute,
    doubleClickPercent: option(env, 'DOUBLE_CLICK_PERCENT', 5),
    p99Ms: option(env, 'P99_MS', 500),
    maxDropped: maxDropped(rate * seconds),
    scenario: constantRate(env, rate, seconds),
  };
}

/** Few goods, and most buyers wait for more: the factory makes them in orders of what is missing by then. */
export function waitlist(env) {
  const rate = option(env, 'RATE', 100);
  const seconds = option(env, 'DURATION_SECONDS', 40);
  return {
    plannedSales: rate * seconds,
    openingUnits: option(env, 'OPENING_UNITS', 100),
    targetLevel: Math.max(MAX_QUANTITY, option(env, 'TARGET_LEVEL', 50)),
    plainPercent: option(env, 'PLAIN_PERCENT', 20),
    leavePercent: option(env, 'LEAVE_PERCENT', 15),
    leaveAfterSeconds: option(env, 'LEAVE_AFTER_SECONDS', 2),
    lookPercent: option(env, 'LOOK_PERCENT', 25),
    doubleClickPercent: option(env, 'DOUBLE_CLICK_PERCENT', 10),
    p99Ms: option(env, 'P99_MS', 1_000),
    maxDropped: maxDropped(rate * seconds),
    scenario: constantRate(env, rate, seconds),
  };
}

/** How many customers try again and again, in turn. */
const EAGER_CUSTOMERS = 10;

/** Buyers knock until the product is sold, and sell it out then; some of them want more than one may have. */
export function dropOpens(env) {
  const rate = option(env, 'RATE', 200);
  const seconds = option(env, 'DURATION_SECONDS', 25);
  const opensAfterSeconds = option(env, 'OPENS_AFTER_SECONDS', 8);
  const eagerPercent = option(env, 'EAGER_PERCENT', 20);
  const maxPerCustomer = option(env, 'MAX_PER_CUSTOMER', 2);
  if (opensAfterSeconds >= seconds)
    throw new Error('DURATION_SECONDS has to be more than OPENS_AFTER_SECONDS.');
  const afterOpening = rate * (seconds - opensAfterSeconds);
  const fromOthers = Math.floor((afterOpening * (100 - eagerPercent)) / 100);
  return {
    plannedSales: rate * seconds,
    opensAfterSeconds,
    maxPerCustomer,
    eagerPercent,
    /** Units that are wanted by customers who may have them. */
    wantedUnits: fromOthers,
    openingUnits: option(env, 'OPENING_UNITS', Math.ceil(fromOthers / 2)),
    clockErrorMs: option(env, 'CLOCK_ERROR_MS', 50),
    doubleClickPercent: option(env, 'DOUBLE_CLICK_PERCENT', 5),
    p99Ms: option(env, 'P99_MS', 1_000),
    maxDropped: maxDropped(rate * seconds),
    scenario: constantRate(env, rate, seconds),
  };
}

/** Who asks: everybody once, but for those who try again and again. */
export function customerOf(sale, eagerPercent) {
  const isEager = sale % 100 < eagerPercent;
  return isEager ? `eager-${sale % EAGER_CUSTOMERS}` : `once-${sale}`;
}

/** Many buyers, one unit; and again, and again. */
export function lastUnitRace(env) {
  const buyers = option(env, 'BUYERS', 50);
  const rounds = option(env, 'ROUNDS', 20);
  return {
    rounds,
    plannedSales: buyers * rounds,
    roundMs: option(env, 'ROUND_MS', 500),
    p99Ms: option(env, 'P99_MS', 2_000),
    scenario: {
      executor: 'per-vu-iterations',
      vus: buyers,
      iterations: rounds,
      maxDuration: '10m',
      gracefulStop: GRACEFUL_STOP,
    },
  };
}

/** One buyer, who lives through the whole story. */
export function smoke(env) {
  return {
    plannedSales: 6,
    refillSeconds: option(env, 'REFILL_SECONDS', 45),
    p99Ms: option(env, 'P99_MS', 2_000),
    scenario: {
      executor: 'per-vu-iterations',
      vus: 1,
      iterations: 1,
      maxDuration: '2m',
      gracefulStop: GRACEFUL_STOP,
    },
  };
}

/** The name of the phase of a profile `elapsedMs` after its start. */
export function phaseAt(phases, elapsedMs) {
  let endMs = 0;
  for (const { name, seconds } of phases) {
    endMs += seconds * 1_000;
    if (elapsedMs < endMs) return name;
  }
  return phases[phases.length - 1].name;
}

/** @throws Error when the option is no whole number, 0 or more */
export function option(env, name, byDefault) {
  const text = env[name];
  if (text === undefined || text === '') return byDefault;
  if (!/^\d{1,9}$/.test(text)) throw new Error(`${name} is ${text}: it has to be a whole number, 0 or more.`);
  return Number(text);
}

function constantRate(env, rate, seconds) {
  return {
    executor: 'constant-arrival-rate',
    rate,
    timeUnit: '1s',
    duration: `${seconds}s`,
    ...buyersFor(env, rate),
  };
}

/** k6 needs a buyer for every request that is under way: enough for answers that take 200 ms, up to `MAX_BUYERS`. */
function buyersFor(env, rate) {
  const maxVUs = option(env, 'MAX_BUYERS', Math.max(100, rate));
  return {
    preAllocatedVUs: Math.min(maxVUs, Math.max(20, Math.ceil(rate / 5))),
    maxVUs,
    gracefulStop: GRACEFUL_STOP,
  };
}

function maxDropped(plannedSales) {
  return Math.ceil(plannedSales * MAX_DROPPED_SHARE);
}
