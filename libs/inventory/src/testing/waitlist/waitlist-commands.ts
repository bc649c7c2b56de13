import fc from 'fast-check';
import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual, inspect } from 'node:util';
import { type RestockOrder } from '../../restock/restock-order.entity.js';
import { RaceExplanation } from './race-explanation.js';
import { type Action, type Placing, type Receiving, type State } from './waitlist-actions.js';
import { type WaitlistDriver } from './waitlist-driver.js';
import { type WaitlistModel } from './waitlist-model.js';

const HOUR_MS = 3_600_000;

/** How long a buyer waits: hours, or by default, or `'over'` before it begins. `'none'` is a buyer who does not wait. */
type Wait = number | 'default' | 'over' | 'none';

/** An action before it is known which SKUs, sales and requests there are: these are chosen by number. */
type Operation =
  | { kind: 'buy'; lines: { sku: number; quantity: number }[]; wait: Wait }
  /** The same request again, or another one under its key. */
  | { kind: 'repeat'; request: number; isChanged: boolean }
  | { kind: 'receive'; sku: number; units: number }
  | { kind: 'redeliver'; delivery: number }
  | { kind: 'leave' | 'cancel'; sale: number }
  | { kind: 'adjust'; sku: number; delta: number }
  | { kind: 'pass'; hours: number; withUpkeep: boolean };

/** What a run expects, and what it has asked for. */
export interface Expected {
  model: WaitlistModel;
  skus: string[];
  requests: Placing[];
  deliveries: Receiving[];
}

const UNITS = { min: 1, max: 4 };
const sku = fc.nat({ max: 2 });
const pick = fc.nat({ max: 11 });
const kind = fc.constant;

const wait = fc.oneof(
  { weight: 3, arbitrary: fc.constant<Wait>('none') },
  { weight: 5, arbitrary: fc.integer({ min: 1, max: 3 }) },
  { weight: 3, arbitrary: fc.constant<Wait>('default') },
  { weight: 1, arbitrary: fc.constant<Wait>('over') },
);
const line = fc.record({ sku, quantity: fc.integer(UNITS) });
// Most sales have two products: while they wait for one, they keep the units of the other.
const lines = fc.oneof(
  { weight: 1, arbitrary: fc.tuple(line) },
  { weight: 2, arbitrary: fc.tuple(line, line) },
);
const delta = fc.integer({ min: -4, max: 4 }).filter((units) => units !== 0);
const hours = fc.oneof(
  { weight: 5, arbitrary: fc.integer({ min: 1, max: 2 }) },
  { weight: 1, arbitrary: fc.constant(31 * 24) },
);

const operation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: kind('buy'), lines, wait }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: kind('repeat'),
      request: pick,
      isChanged: fc.nat({ max: 3 }).map((n) => n === 0),
    }),
  },
  { weight: 5, arbitrary: fc.record({ kind: kind('receive'), sku, units: fc.integer({ min: 1, max: 5 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: kind('redeliver'), delivery: pick }) },
  { weight: 2, arbitrary: fc.record({ kind: kind('leave'), sale: pick }) },
  { weight: 3, arbitrary: fc.record({ kind: kind('cancel'), sale: pick }) },
  { weight: 4, arbitrary: fc.record({ kind: kind('adjust'), sku, delta }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: kind('pass'), hours, withUpkeep: fc.nat({ max: 3 }).map((n) => n > 0) }),
  },
);

/** One operation, or several at once. After it the warehouse has to look like the model. */
class Step implements fc.AsyncCommand<Expected, WaitlistDriver> {
  constructor(private readonly operations: readonly Operation[]) {}

  check(): boolean {
    return true;
  }

  async run(expected: Expected, driver: WaitlistDriver): Promise<void> {
    const actions = await this.actions(expected, driver);
    const answers = await Promise.all(actions.map((action) => driver.perform(action)));
    let observed = await driver.state();
    const mayLeave = actions.length > 1 && driver.leavesSales;
    const withUpkeep = mayLeave && hasCompleteSale(observed);
    if (withUpkeep) {
      await driver.perform({ kind: 'upkeep' });
      observed = await driver.state();
    }
    const calls = actions.map((action, index) => ({ action, answer: answers[index]! }));
    const explanation = new RaceExplanation(observed, mayLeave, withUpkeep);
    const model = explanation.find(expected.model, calls);
    if (!model) {
      throw new Error(
        text('No order explains these answers and the state after them', {
          before: expected.model.state(),
          calls,
          observed,
          expected: explanation.contradictory ?? 'other answers',
        }),
      );
    }
    expected.model = model;
  }

  toString(): string {
    const each = this.operations.map((each) => JSON.stringify(each));
    return each.length === 1 ? each[0]! : `at once [${each.join(', ')}]`;
  }

  /** Time passes before all others. */
  private async actions(expected: Expected, driver: WaitlistDriver): Promise<Action[]> {
    for (const each of this.operations) {
      if (each.kind !== 'pass') continue;
      expected.model.pass(each.hours * HOUR_MS);
      await driver.pass(each.hours * HOUR_MS);
    }
    const orders = await driver.orders();
    for (const { id, quantity, receivedQuantity } of orders) {
      expected.model.knowOrder(id, quantity - receivedQuantity);
    }
    return this.operations.flatMap((each) => actionOf(each, expected, orders) ?? []);
  }
}

/** The units of three products: few, so that buyers wait, or some, so that MySQL sells without a lock. */
export const openingStock = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.nat({ max: 3 }) },
    { weight: 1, arbitrary: fc.integer({ min: 4, max: 8 }) },
  ),
  { minLength: 3, maxLength: 3 },
);

export const waitlistCommands = fc.commands(
  [
    operation.map((one) => new Step([one])),
    operation.map((one) => new Step([one])),
    fc.array(operation, { minLength: 2, maxLength: 4 }).map((several) => new Step(several)),
  ],
  { maxCommands: 24, size: 'max' },
);

/** @throws Error when the books of the run do not agree, or a buyer did not get each mail once */
export async function endRun({ model }: Expected, driver: WaitlistDriver): Promise<void> {
  const mails = (await driver.mails()).sort();
  const expected = [...model.mails].sort();
  if (!isDeepStrictEqual(mails, expected)) throw new Error(text('The mails to buyers', { mails, expected }));
  const differences = await driver.differences();
  if (differences.length > 0) throw new Error(text('The books do not agree', { differences }));
}

/** Whether a sale waits although it has all of its units. */
function hasCompleteSale({ sales }: State): boolean {
  return Object.values(sales).some(({ waiting }) =>
    waiting?.lines.every(({ missingUnits }) => missingUnits === 0),
  );
}

function actionOf(
  each: Operation,
  { model, skus, requests, deliveries }: Expected,
  orders: readonly RestockOrder[],
): Action | undefined {
  switch (each.kind) {
    case 'buy': {
      const asked = each.lines.map((line) => ({ sku: skus[line.sku]!, quantity: line.quantity }));
      const request: Placing = {
        kind: 'place',
        key: randomUUID(),
        lines: asked,
        waitUntil: end(each.wait, model),
      };
      requests.push(request);
      return request;
    }
    case 'repeat': {
      const request = chosen(requests, each.request);
      if (!request || !each.isChanged) return request;
      return { ...request, lines: [...request.lines, { sku: skus[0]!, quantity: 1 }] };
    }
    case 'receive': {
      const order = orders.find(({ openSku }) => openSku === skus[each.sku]);
      if (!order) return undefined;
      const { id: restockOrderId, sku: ordered, factoryId } = order;
      const quantity = Math.min(each.units, order.quantity - order.receivedQuantity);
      const parts = { restockOrderId, sku: ordered, factoryId, quantity };
      const delivery: Receiving = {
        kind: 'receive',
        delivery: { ...parts, deliveryFingerprint: randomUUID() },
      };
      deliveries.push(delivery);
      return delivery;
    }
    case 'redeliver':
      return chosen(deliveries, each.delivery);
    case 'leave':
    case 'cancel':
      return { kind: each.kind, saleId: chosen(model.saleIds, each.sale) ?? randomUUID() };
    case 'adjust':
      return { kind: each.kind, sku: skus[each.sku]!, delta: each.delta };
    case 'pass':
      return each.withUpkeep ? { kind: 'upkeep' } : undefined;
  }
}

/** Counted from the last: the latest ones are those that still wait. */
function chosen<Item>(items: readonly Item[], number: number): Item | undefined {
  return items.length === 0 ? undefined : items.at(-1 - (number % items.length));
}

function end(wait: Wait, { time }: WaitlistModel): Placing['waitUntil'] {
  if (wait === 'none') return undefined;
  if (wait === 'default') return null;
  return wait === 'over' ? new Date(0) : new Date(time + wait * HOUR_MS);
}

function text(sentence: string, facts: object): string {
  return `${sentence}: ${inspect(facts, { depth: 8, breakLength: 140, sorted: true })}`;
}
