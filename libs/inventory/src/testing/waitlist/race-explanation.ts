import { isDeepStrictEqual } from 'node:util';
import { type Action, type Answer, type State } from './waitlist-actions.js';
import { type WaitlistModel } from './waitlist-model.js';

/** What one of several callers at once asked for, and was told. */
export interface Call {
  action: Action;
  answer: Answer;
}

/** A call, and how far it has come. Only upkeep has several steps: each sale expires in a transaction of its own. */
interface Progress extends Call {
  isDone: boolean;
  /** Of upkeep: the sales that it found, and has not looked at. */
  overdue?: readonly string[];
  /** The same of sales that were left to it. */
  left?: readonly string[];
  expired: number;
}

/** Looks for an order of calls, one step after the other, that leads to their answers and to the state after them. */
export class RaceExplanation {
  /** States that led to nothing. */
  private readonly visited = new Set<string>();
  /** Of the last order that led to all answers. */
  contradictory: State | undefined;

  /**
   * @param mayLeave an action may leave a sale of the same race to upkeep: see {@link WaitlistModel.apply}
   * @param withUpkeep upkeep ran after all calls
   */
  constructor(
    private readonly observed: State,
    private readonly mayLeave: boolean,
    private readonly withUpkeep: boolean,
  ) {}

  /** @returns the model after the calls; undefined when no order explains them */
  find(model: WaitlistModel, calls: readonly Call[]): WaitlistModel | undefined {
    const before = model.clone();
    before.beginRace();
    return this.search(
      before,
      calls.map((call) => ({ ...call, isDone: false, expired: 0 })),
    );
  }

  private search(model: WaitlistModel, calls: readonly Progress[]): WaitlistModel | undefined {
    if (calls.every(({ isDone }) => isDone)) return this.agrees(model) ? model : undefined;
    const here = JSON.stringify([
      model.state(),
      model.left(),
      calls.map(({ isDone, overdue, left, expired }) => [isDone, overdue, left, expired]),
    ]);
    if (this.visited.has(here)) return undefined;
    this.visited.add(here);
    for (const [index, call] of calls.entries()) {
      if (call.isDone) continue;
      for (const leavesSales of this.mayLeave ? [false, true] : [false]) {
        const next = model.clone();
        const progress = step(next, call, leavesSales);
        const found = progress && this.search(next, calls.with(index, progress));
        if (found) return found;
      }
    }
    return undefined;
  }

  private agrees(model: WaitlistModel): boolean {
    if (this.withUpkeep) model.upkeep();
    const expected = model.state();
    if (isDeepStrictEqual(expected, this.observed)) return true;
    this.contradictory = expected;
    return false;
  }
}

/** @returns undefined when the answer of the call contradicts the model */
function step(model: WaitlistModel, call: Progress, leavesSales: boolean): Progress | undefined {
  const { action, answer } = call;
  if (action.kind === 'upkeep') return upkeepStep(model, call, leavesSales);
  const expected = model.apply(action, answer.saleId, leavesSales);
  return isDeepStrictEqual(expected, answer) ? { ...call, isDone: true } : undefined;
}

function upkeepStep(model: WaitlistModel, call: Progress, leavesSales: boolean): Progress | undefined {
  const { answer, overdue, left, expired } = call;
  if (!overdue) return { ...call, overdue: model.overdue() };
  if (overdue.length > 0) {
    const hasExpired = model.expire(overdue[0]!, leavesSales);
    return { ...call, overdue: overdue.slice(1), expired: expired + (hasExpired ? 1 : 0) };
  }
  if (!left) return { ...call, left: model.left() };
  if (left.length > 0) {
    model.fillLeft(left[0]!);
    return { ...call, left: left.slice(1) };
  }
  const upkeep = { expired, served: 0, filled: 0, waiting: model.totals() };
  return isDeepStrictEqual({ upkeep }, answer) ? { ...call, isDone: true } : undefined;
}
