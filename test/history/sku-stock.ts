import { type Moment } from './contradiction.js';
import {
  type LineOf,
  type StockChangeOperation,
  type StoredSale,
  type StoredStockChange,
} from './history.js';
import { isRefused, isSoldAtOnce, type Purchase, timeOfSale } from './purchases.js';
import { endOfRun, type History } from './read-history.js';
import { type SaleState } from './sale-states.js';
import { StepFunction, type StepOrder } from './step-function.js';

/** A sale or another change of one SKU's stock: it took effect between `start` and `end`. */
export interface Change {
  start: number;
  end: number;
  delta: number;
  /** Of a purchase that was not sold at once, or may not have been. The units of one that is `UNFILLED` have not left the stock. */
  kind?: 'FILLED' | 'UNFILLED' | 'EITHER';
  /** The requests, or the row without a request. */
  source: Purchase | StoredSale | StoredStockChange | { changes: readonly StockChangeOperation[] };
}

/**
 * The units of one SKU that a sale may take (on hand less reserved), at any time. The requests overlap, so that their order
 * is not known: at each time the number is between two bounds. The lower bound takes a sale off when its first request
 * starts, and adds other units when a client has seen them; the upper bound takes a sale off when its first answer has
 * come, and adds other units when they are requested.
 */
export class SkuStock {
  readonly changes: Change[] = [];
  private lowerBound: StepFunction | undefined;
  private upperBound: StepFunction | undefined;

  constructor(
    readonly opening: LineOf<'opening'>,
    private readonly clockErrorMs: number,
  ) {}

  /** Only known after all changes are added. */
  get lower(): StepFunction {
    return (this.lowerBound ??= this.bound('falls-first'));
  }

  get upper(): StepFunction {
    return (this.upperBound ??= this.bound('rises-first'));
  }

  /** A fall counts for the lower bound at its start and for the upper bound at its end; a rise the other way round. */
  private bound(order: StepOrder): StepFunction {
    const isLower = order === 'falls-first';
    const error = this.clockErrorMs;
    const timeOf = ({ start, end, delta }: Change) => (delta < 0 === isLower ? start - error : end + error);
    const changes = this.changes.filter((change) => timeOf(change) !== Infinity);
    return new StepFunction(this.opening.onHand - this.opening.reserved, order, {
      length: changes.length,
      time: (index) => timeOf(changes[index]!),
      delta: (index) => changes[index]!.delta,
    });
  }

  openingMoment(): Moment {
    const { sku, onHand, reserved } = this.opening;
    return {
      text: `${onHand} of ${sku} on hand before the run${reserved > 0 ? `, ${reserved} reserved` : ''}`,
    };
  }

  /** Sums up the changes that `isIncluded`. */
  summaryMoment(time: number, isIncluded: (change: Change) => boolean, when: string): Moment {
    let facts = 0;
    let sales = 0;
    let soldUnits = 0;
    let addedUnits = 0;
    for (const change of this.changes) {
      if (!isIncluded(change)) continue;
      facts += 1;
      if (change.delta < 0) {
        sales += 1;
        soldUnits -= change.delta;
      } else addedUnits += change.delta;
    }
    const added = addedUnits > 0 ? `, ${addedUnits} units added` : '';
    return { time, facts, text: `${when}: ${soldUnits} units in ${sales} sales${added}` };
  }
}

/** The stock of each SKU of which the history tells how many units there were before the run. */
export function stocksOf(history: History): ReadonlyMap<string, SkuStock> {
  const stocks = new Map<string, SkuStock>();
  for (const [sku, opening] of history.opening) {
    stocks.set(sku, new SkuStock(opening, history.end.clockErrorMs));
  }
  addSales(stocks, history);
  addStockChanges(stocks, history);
  return stocks;
}

function addSales(stocks: ReadonlyMap<string, SkuStock>, history: History): void {
  const { purchases } = history;
  const closedAt = endOfRun({ ...history, seen: [] });
  const add = (lines: readonly (readonly [string, number, ...number[]])[], change: Omit<Change, 'delta'>) => {
    for (const [sku, quantity] of lines) stocks.get(sku)?.changes.push({ ...change, delta: -quantity });
  };
  for (const purchase of purchases.all) {
    const { operations, rows } = purchase;
    const times = timeOfSale(purchase);
    if (history.end.rows === 'all') {
      const [row] = rows;
      if (!row) continue;
      // The tables were read after the run: a sale without an answer is in them by then.
      const sold = { start: times.start, end: Math.min(times.end, closedAt), source: purchase };
      add(row.lines, row.hasWaited ? { ...sold, ...waitOf(history.states.get(row.id), closedAt) } : sold);
    } else if (!operations.every(isRefused)) {
      // Without rows, a request with an unknown outcome may be a sale: it lowers the lower bound alone.
      add(operations[0]!.lines, {
        ...times,
        source: purchase,
        ...waitOfPurchase(purchase, history, closedAt),
      });
    }
  }
  for (const row of purchases.unrequested) {
    // Requests were left out of the history: the sale may have been made at any time.
    const sold = { start: -Infinity, end: closedAt, source: row };
    add(row.lines, row.hasWaited ? { ...sold, ...waitOf(history.states.get(row.id), closedAt) } : sold);
  }
}

/**
 * What differs for a sale that waits. Units may be kept for it from its request on, and leave the stock when it is filled. Those
 * of one that ended otherwise went to others: the lower bound does without them.
 */
function waitOf(state: SaleState | undefined, closedAt: number): Partial<Change> {
  if (state?.ends.has('CONFIRMED')) return { end: Math.min(state.confirmedBy, closedAt), kind: 'FILLED' };
  // It is not known whether one was filled that was seen to wait, and never after the run.
  const isUnsure = !state || (state.last === 'WAITING' && state.lastSeenAt < closedAt);
  return isUnsure ? { end: Infinity, kind: 'FILLED' } : { end: Infinity, kind: 'UNFILLED' };
}

/** Without rows. */
function waitOfPurchase({ operations }: Purchase, { states }: History, closedAt: number): Partial<Change> {
  if (!operations.some(({ mayWait }) => mayWait) || operations.some(isSoldAtOnce)) return {};
  const id = operations.find(({ answer }) => answer?.sale)?.answer?.sale?.id;
  const state = id === undefined ? undefined : states.get(id);
  if (state?.hasWaited) return waitOf(state, closedAt);
  // Replays, or no answer: it may have waited.
  return { kind: 'EITHER' };
}

function addStockChanges(stocks: ReadonlyMap<string, SkuStock>, history: History): void {
  const requests = Map.groupBy(history.stockChanges, ({ reference }) => reference);
  // A change that was applied several times counts once, so that its excerpt is the one that shows it.
  const rows = new Map(history.storedStockChanges.map((row) => [row.reference, row]));
  for (const row of rows.values()) {
    const operations = requests.get(row.reference) ?? [];
    stocks.get(row.sku)?.changes.push({
      ...timeOfChange(row, operations),
      delta: row.delta,
      source: operations.length > 0 ? { changes: operations } : row,
    });
  }
}

function timeOfChange(
  { seenAt }: StoredStockChange,
  operations: readonly { type: string; start: number; end: number; answer?: { status: number } }[],
): { start: number; end: number } {
  let start = operations.length > 0 ? Infinity : -Infinity;
  let end = seenAt ?? Infinity;
  for (const operation of operations) {
    start = Math.min(start, operation.start);
    // An adjustment is answered when it is applied. A goods receipt is applied some time after its answer.
    const isApplied = operation.type === 'adjustment' && isAccepted(operation.answer);
    if (isApplied) end = Math.min(end, operation.end);
  }
  return { start, end };
}

export function isAccepted(answer: { status: number } | undefined): boolean {
  return answer !== undefined && answer.status >= 200 && answer.status < 300;
}
