import { type Contradiction, excerptOf, type Moment } from './contradiction.js';
import { linesText } from './moments.js';
import { type History } from './read-history.js';
import { type SaleState } from './sale-states.js';

/** Compares what was told of sales that wait with each other: their ends, and their order. */
export function* waitContradictions({ states }: History): Generator<Contradiction> {
  const waited = states.all().filter(({ hasWaited }) => hasWaited);
  for (const state of waited) yield* endContradictions(state);
  const skus = new Set(waited.flatMap(({ lines }) => lines.map(([sku]) => sku)));
  for (const sku of skus) yield* overtakers(sku, states.all());
}

function* endContradictions(state: SaleState): Generator<Contradiction> {
  const { id, ends, waitedAt, endedBy } = state;
  // A confirmed sale may be cancelled later, by the shop.
  const isTwice = ends.size > 1 && !(ends.size === 2 && ends.has('CONFIRMED') && ends.has('CANCELLED'));
  if (!isTwice && waitedAt <= endedBy) return;
  yield {
    rule: 'ENDS_ONCE',
    summary: `Sale ${id} ${isTwice ? 'ended twice' : 'waits after its end'}.`,
    excerpt: excerptOf(momentsOfState(state)),
  };
}

/**
 * Sales that had their units of a SKU, at once or later, while one that was made before they were asked for still waited for it.
 * One of several SKUs may wait for another of them, so it is not among those that are overtaken. Each is compared with all before
 * it at once.
 */
function* overtakers(sku: string, states: readonly SaleState[]): Generator<Contradiction> {
  const waited = states
    .filter(({ hasWaited, lines }) => hasWaited && lines.length === 1 && lines[0]![0] === sku)
    .sort((one, other) => one.madeBy - other.madeBy);
  const served = states
    .filter(({ ends, lines }) => ends.has('CONFIRMED') && lines.some(([each]) => each === sku))
    .sort((one, other) => one.start - other.start);
  let next = 0;
  let last: SaleState | undefined;
  for (const state of served) {
    for (; next < waited.length && waited[next]!.madeBy < state.start; next += 1) {
      if (!last || waited[next]!.waitedAt > last.waitedAt) last = waited[next];
    }
    if (!last || last.waitedAt <= state.confirmedBy) continue;
    yield {
      rule: 'NOT_OVERTAKEN',
      summary: `Sale ${state.id} had its units of ${sku} before sale ${last.id}, which was there earlier.`,
      excerpt: excerptOf(momentsOfState(last), momentsOfState(state)),
    };
  }
}

function momentsOfState({
  id,
  lines,
  start,
  madeBy,
  waitedAt,
  confirmedBy,
  endedBy,
  ends,
}: SaleState): Moment[] {
  const others = [...ends].filter((status) => status !== 'CONFIRMED').join(' and ');
  const moments: Moment[] = [
    { time: start, text: `sale ${id} is asked for: ${linesText(lines)}` },
    { time: madeBy, text: `sale ${id} is made by now` },
    { time: waitedAt, text: `sale ${id} still waits` },
    { time: confirmedBy, text: `sale ${id} is CONFIRMED` },
    { time: others ? endedBy : Infinity, text: `sale ${id} is ${others}` },
  ];
  return moments.filter(({ time }) => Number.isFinite(time));
}
