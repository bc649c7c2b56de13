import { type SaleOperation, type StoredSale } from './history.js';

/**
 * All requests for one sale: those with one idempotency key, or a single request without a key. Most have one request and one
 * row, so the arrays are made anew rather than extended: V8 reserves 17 places for an array that grows.
 */
export interface Purchase {
  operations: SaleOperation[];
  rows: readonly StoredSale[];
}

const NO_ROWS: readonly StoredSale[] = [];

export interface Purchases {
  all: Purchase[];
  /** Rows that no request in the history asked for. */
  unrequested: StoredSale[];
}

/**
 * Leads from each stored sale to its requests: by its key, or else by its id, or else by its buyer. It does so while the
 * history is read, so that a row and its request share their texts from the start: a million of each need much memory.
 */
export class PurchaseIndex {
  private readonly all: Purchase[] = [];
  private readonly byKey = new Map<string, Purchase>();
  private readonly withoutKey = new Map<string, Purchase[]>();
  /** Rows whose request is not known yet. */
  private readonly open: StoredSale[] = [];

  addRequest(operation: SaleOperation): void {
    const { key, client } = operation;
    const known = key === undefined ? undefined : this.byKey.get(key);
    if (known) {
      known.operations = [...known.operations, operation];
      return;
    }
    const purchase: Purchase = { operations: [operation], rows: NO_ROWS };
    this.all.push(purchase);
    if (key !== undefined) this.byKey.set(key, purchase);
    else if (!this.withoutKey.get(client)?.push(purchase)) this.withoutKey.set(client, [purchase]);
  }

  addRow(row: StoredSale): void {
    const purchase = row.key === undefined ? undefined : this.byKey.get(row.key);
    if (purchase) attach(row, purchase);
    else this.open.push(row);
  }

  finish(): Purchases {
    const byId = new Map<string, Purchase>();
    for (const purchase of [...this.withoutKey.values()].flat()) {
      const id = purchase.operations[0]!.answer?.sale?.id;
      if (id !== undefined) byId.set(id, purchase);
    }
    const unrequested: StoredSale[] = [];
    for (const row of this.open) {
      const purchase =
        row.key === undefined
          ? (byId.get(row.id) ?? likelyPurchase(this.withoutKey.get(row.client ?? ''), row))
          : this.byKey.get(row.key);
      if (purchase) attach(row, purchase);
      else unrequested.push(row);
    }
    for (const { operations } of this.all) {
      if (operations.length > 1)
        operations.sort((one, other) => one.start - other.start || one.end - other.end);
    }
    return { all: this.all, unrequested };
  }
}

function attach(row: StoredSale, purchase: Purchase): void {
  purchase.rows = [...purchase.rows, row];
  shareTexts(row, purchase.operations);
}

/** Lets a row use the texts of its request where they are equal. */
function shareTexts(row: StoredSale, operations: readonly SaleOperation[]): void {
  const { key, client } = operations[0]!;
  row.key &&= key;
  if (row.client === client) row.client = client;
  for (const { answer } of operations) {
    if (answer?.sale?.id !== row.id) continue;
    row.id = answer.sale.id;
    if (row.createdAt === answer.sale.createdAt) row.createdAt = answer.sale.createdAt;
  }
}

/** The buyer's purchase without an answer and with the same lines; or else one that must not have a row. */
function likelyPurchase(ofBuyer: Purchase[] = [], row: StoredSale): Purchase | undefined {
  const free = ofBuyer.filter(
    ({ operations, rows }) => rows.length === 0 && isRequestFor(row, operations[0]!),
  );
  return free.find(({ operations }) => mayHaveSold(operations[0]!)) ?? free[0];
}

export function isRequestFor(row: Pick<StoredSale, 'lines'>, { lines }: SaleOperation): boolean {
  const byRow = new Map(row.lines.map(([sku, quantity]) => [sku, quantity]));
  return lines.length === byRow.size && lines.every(([sku, quantity]) => byRow.get(sku) === quantity);
}

/** The answer tells of a sale: it is sold, it waits, or it is a repeat of one that has ended. */
export function isPlaced({ answer }: Pick<SaleOperation, 'answer'>): boolean {
  return answer?.status === 201 || answer?.status === 202 || answer?.status === 200;
}

/** It was sold at once: a replay does not say so, since the sale may have waited. */
export function isSoldAtOnce({ answer }: SaleOperation): boolean {
  return answer?.status === 201 && !answer.replayed;
}

/** The answer says that this request sold nothing: a refusal, or a request that was not begun. */
export function isRefused({ answer }: SaleOperation): boolean {
  if (!answer) return false;
  return (answer.status >= 400 && answer.status < 500) || answer.code === 'SALE.OVERLOADED';
}

/** The stock was too small. */
export function isOutOfStock({ answer }: SaleOperation): boolean {
  return answer?.code === 'STOCK.INSUFFICIENT';
}

/** This request may have made the sale: its answer says so, or does not say. */
export function mayHaveSold(operation: SaleOperation): boolean {
  return !isRefused(operation) && !operation.answer?.replayed;
}

/** The sale of a purchase took effect between these times. `end` is infinite when no answer told of it. */
export function timeOfSale({ operations }: Purchase): { start: number; end: number } {
  const possible = operations.filter(mayHaveSold);
  let start = Infinity;
  for (const operation of possible.length > 0 ? possible : operations)
    start = Math.min(start, operation.start);
  let end = Infinity;
  for (const operation of operations) if (isPlaced(operation)) end = Math.min(end, operation.end);
  return { start, end };
}
