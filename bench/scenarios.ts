/** The SKUs that a bench's warehouse holds. Names of one length, so that every request of a scenario is as long. */
export const HOT_SKU = 'HOT-000';
export const SOLD_OUT_SKU = 'OUT-000';
export const HUNDRED_SKUS = Array.from({ length: 100 }, (_, n) => `SKU-${String(n).padStart(3, '0')}`);

export const SCENARIO_NAMES = ['hot', 'hundred-skus', 'three-lines', 'sold-out', 'replays', 'paced'] as const;

export type ScenarioName = (typeof SCENARIO_NAMES)[number];

export interface Scenario {
  /** What is asked for, for people. */
  title: string;
  /** Bodies that are sent in turn. */
  bodies: string[];
  /** How many of a hundred requests repeat an earlier one with its key. */
  replayPercent: number;
  /** Units that each sale takes. */
  unitsPerSale: number;
  /** What a subject with a database answers. */
  answer: 'sale' | 'refusal';
}

/** Different requests of a scenario that has many: enough that no order of SKUs is special. */
const DIFFERENT_BODIES = 1_000;

function body(...skus: string[]): string {
  return JSON.stringify({ lines: skus.map((sku) => ({ sku, quantity: 1 })) });
}

/** Three SKUs of the hundred, each a step further than the one before: in falling and rising order. */
function threeSkus(n: number): string[] {
  const step = 1 + (n % 33);
  return [0, 1, 2].map((line) => HUNDRED_SKUS[(n * 37 + line * step) % HUNDRED_SKUS.length]!);
}

/** More than a measurement sells: a customer who comes again has bought long before. */
const CUSTOMERS = 50_000;

/** The scenario with a customer in each request: in those of one body another one in each. */
export function withCustomers(scenario: Scenario): Scenario {
  const bodies = Array.from({ length: CUSTOMERS }, (_, n) => {
    const asked = JSON.parse(scenario.bodies[n % scenario.bodies.length]!) as object;
    return JSON.stringify({ ...asked, customerEmail: `c${String(n).padStart(6, '0')}@example.com` });
  });
  return { ...scenario, bodies };
}

export const SCENARIOS: Record<ScenarioName, Scenario> = {
  hot: {
    title: 'one SKU that everyone wants',
    bodies: [body(HOT_SKU)],
    replayPercent: 0,
    unitsPerSale: 1,
    answer: 'sale',
  },
  'hundred-skus': {
    title: 'one of a hundred SKUs',
    bodies: HUNDRED_SKUS.map((sku) => body(sku)),
    replayPercent: 0,
    unitsPerSale: 1,
    answer: 'sale',
  },
  'three-lines': {
    title: 'three of a hundred SKUs in each sale',
    bodies: Array.from({ length: DIFFERENT_BODIES }, (_, n) => body(...threeSkus(n))),
    replayPercent: 0,
    unitsPerSale: 3,
    answer: 'sale',
  },
  'sold-out': {
    title: 'one SKU of which nothing is left, and that is on order',
    bodies: [body(SOLD_OUT_SKU)],
    replayPercent: 0,
    unitsPerSale: 1,
    answer: 'refusal',
  },
  replays: {
    title: 'one SKU, and every tenth request repeats an earlier one',
    bodies: [body(HOT_SKU)],
    replayPercent: 10,
    unitsPerSale: 1,
    answer: 'sale',
  },
  paced: {
    title: 'one SKU, asked for at a fixed rate',
    bodies: [body(HOT_SKU)],
    replayPercent: 0,
    unitsPerSale: 1,
    answer: 'sale',
  },
};
