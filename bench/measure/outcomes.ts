import { type Outcomes } from '../cell.js';

const OUTCOME = /^donut_states_sales_total\{outcome="(\w+)"\} (\d+)$/gm;

/** What the sales processes behind `ports` have answered so far, by their own count. */
export async function readOutcomes(ports: readonly number[]): Promise<Outcomes> {
  const total = { confirmed: 0, replayed: 0, refused: 0 };
  for (const port of ports) {
    const response = await fetch(`http://127.0.0.1:${port}/metrics`);
    const outcomes = parseOutcomes(await response.text());
    for (const kind of Object.keys(total) as (keyof Outcomes)[]) total[kind] += outcomes[kind];
  }
  return total;
}

/** An outcome that has not happened yet has no line. */
export function parseOutcomes(metrics: string): Outcomes {
  const found = new Map([...metrics.matchAll(OUTCOME)].map(([, kind, count]) => [kind, Number(count)]));
  return {
    confirmed: found.get('confirmed') ?? 0,
    replayed: found.get('replayed') ?? 0,
    refused: found.get('refused') ?? 0,
  };
}

export function outcomesSince(before: Outcomes, after: Outcomes): Outcomes {
  return {
    confirmed: after.confirmed - before.confirmed,
    replayed: after.replayed - before.replayed,
    refused: after.refused - before.refused,
  };
}

/** Every request that was answered as a sale or a refusal. */
export function answered({ confirmed, replayed, refused }: Outcomes): number {
  return confirmed + replayed + refused;
}
