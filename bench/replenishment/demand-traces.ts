import { SeededRandom } from '../seeded-random.js';

export const DAYS = 360;

/** The demand of one product, and the lead times of its factory. */
export interface DemandTrace {
  seed: number;
  kind: DemandKind;
  /** The units that buyers want, day by day. */
  demand: readonly number[];
  /** The lead time of an order that is opened on a day, in whole days, day by day. */
  leadTimeDays: readonly number[];
}

const KINDS = ['steady', 'growing', 'weekly', 'drops', 'intermittent'] as const;
export type DemandKind = (typeof KINDS)[number];

function traces(firstSeed: number): DemandTrace[] {
  return Array.from({ length: 10 }, (_, index) =>
    demandTrace(firstSeed + index, KINDS[index % KINDS.length]!),
  );
}

/** A trace is wholly determined by its seed and its kind. */
export function demandTrace(seed: number, kind: DemandKind): DemandTrace {
  const random = new SeededRandom(seed);
  const base = random.between(5, 60);
  const demandOn = DEMAND[kind](random, base);
  const demand = Array.from({ length: DAYS }, (_, day) => random.poisson(demandOn(day)));
  const medianDays = random.between(3, 10);
  const phase = random.between(0, 2 * Math.PI);
  const leadTimeDays = Array.from({ length: DAYS }, (_, day) => {
    const drift = 0.3 * Math.sin(phase + (2 * Math.PI * day) / 240);
    return Math.max(1, Math.round(medianDays * Math.exp(drift + 0.3 * random.normal())));
  });
  return { seed, kind, demand, leadTimeDays };
}

/** The mean demand of a day, of each kind of product. */
const DEMAND: Record<DemandKind, (random: SeededRandom, base: number) => (day: number) => number> = {
  steady: (_, base) => () => base,
  /** Between a fall to half and a growth to three times, over the run. */
  growing: (random, base) => {
    const growth = Math.log(random.between(0.5, 3)) / DAYS;
    return (day) => base * Math.exp(growth * day);
  },
  weekly: (random, base) => {
    const weekend = random.between(1.5, 3);
    return (day) => (day % 7 >= 5 ? base * weekend : base * 0.7);
  },
  /** A drop every month or so: a day of five to ten times the demand, and a few days in which it fades. */
  drops: (random, base) => {
    const heat = Array.from({ length: DAYS }, () => 1);
    for (let day = random.exponential(30); day < DAYS; day += random.exponential(30)) {
      const height = random.between(5, 10);
      for (let after = 0; after < 5; after += 1) {
        const at = Math.floor(day) + after;
        if (at < DAYS) heat[at] = Math.max(heat[at]!, height * Math.exp(-after));
      }
    }
    return (day) => base * 0.7 * heat[day]!;
  },
  intermittent: (random, base) => () => (random.uniform() < 0.25 ? base * 2 * random.exponential(1) : 0),
};

/** The seeds were fixed before any rule was tuned: two traces of each kind to tune, two to score. */
export const TUNING_TRACES = traces(1);
export const SCORING_TRACES = traces(11);
