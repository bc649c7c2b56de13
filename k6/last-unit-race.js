/** Many buyers, one unit, and a product of its own for every round: exactly one of them gets it. */
import { sleep } from 'k6';
import exec from 'k6/execution';
import { buy, saleThresholds, TREND_STATS } from './load/outcomes.js';
import { lastUnitRace, option } from './load/profiles.js';
import { newRun } from './load/requests.js';
import { summaryOf } from './load/summary.js';

const profile = lastUnitRace(__ENV);
const rounds = Array.from({ length: profile.rounds }, (_, round) => round);
const firstGoodsSeconds = option(__ENV, 'FIRST_GOODS_SECONDS', 60);
/** Until every buyer is at the start. */
const LEAD_MS = 1_000;

export const options = {
  scenarios: { race: profile.scenario },
  setupTimeout: `${firstGoodsSeconds + 60}s`,
  thresholds: {
    ...saleThresholds(profile),
    shed_share: ['rate<0.001'],
    ...Object.fromEntries(rounds.map((round) => [`lines_accepted{product:${round}}`, ['count==1']])),
    ...Object.fromEntries(rounds.map((round) => [`units_accepted{product:${round}}`, ['count==1']])),
  },
  summaryTrendStats: TREND_STATS,
};

export function setup() {
  const run = newRun('race', { productCount: profile.rounds, openingUnits: 1, firstGoodsSeconds });
  return { ...run, startsAt: Date.now() + LEAD_MS };
}

export default function (data) {
  const round = exec.vu.iterationInScenario;
  // Here a sleep is right: no executor lets all buyers go at one moment, and without it a fast one would be a round ahead.
  sleep(Math.max(0, data.startsAt + round * profile.roundMs - Date.now()) / 1_000);
  buy(data, [{ product: round, quantity: 1 }], `${data.runId}-${round}-${exec.vu.idInTest}`);
}

export const handleSummary = summaryOf('last-unit-race');
