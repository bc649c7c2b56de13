import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { Compile, type Validator } from 'typebox/compile';
import {
  HISTORY_LINES,
  type HistoryEnd,
  type HistoryLine,
  type HistoryLineType,
  type LineOf,
  type SaleOperation,
  type SeenSales,
  type StockChangeOperation,
  type StoredSale,
  type StoredStockChange,
} from './history.js';
import { PurchaseIndex, type Purchases } from './purchases.js';
import { SaleStates } from './sale-states.js';

export interface History {
  source: string;
  opening: Map<string, LineOf<'opening'>>;
  closing: Map<string, LineOf<'closing'>>;
  sales: SaleOperation[];
  stockChanges: StockChangeOperation[];
  storedSales: StoredSale[];
  purchases: Purchases;
  states: SaleStates;
  storedStockChanges: StoredStockChange[];
  deadLetters: Set<string>;
  end: HistoryEnd;
}

/** A file that is no history. The message says which line is wrong. */
export class HistoryFormatError extends Error {
  override name = 'HistoryFormatError';
}

const VALIDATORS = new Map<string, Validator>(
  Object.entries(HISTORY_LINES).map(([type, schema]) => [type, Compile(schema)]),
);

/** @throws HistoryFormatError */
export async function readHistoryFile(file: string): Promise<History> {
  const reader = new HistoryReader();
  for await (const text of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
    reader.add(text);
  }
  return reader.finish();
}

/** Collects the lines of one history. */
export class HistoryReader {
  private lineNumber = 0;
  private header: LineOf<'history'> | undefined;
  private end: HistoryEnd | undefined;
  private readonly history: Omit<History, 'source' | 'purchases' | 'states' | 'end'> = {
    opening: new Map(),
    closing: new Map(),
    sales: [],
    stockChanges: [],
    storedSales: [],
    storedStockChanges: [],
    deadLetters: new Set(),
  };
  private readonly purchases = new PurchaseIndex();
  private readonly seen: SeenSales[] = [];
  /** Equal lines of sales are kept once: a run has a million sales and few different ones. */
  private readonly sharedLines = new Map<string, unknown>();

  /** @throws HistoryFormatError */
  add(text: string): void {
    this.lineNumber += 1;
    const line = this.parse(text);
    if (this.end) throw this.fault('comes after the line "end"');
    if (!this.header && line.type !== 'history') throw this.fault('is not the header of a history');
    switch (line.type) {
      case 'history':
        if (this.header) throw this.fault('is a second header');
        this.header = line;
        break;
      case 'opening':
        this.history.opening.set(line.sku, line);
        break;
      case 'closing':
        this.history.closing.set(line.sku, line);
        break;
      case 'sale':
        if (line.end < line.start) throw this.fault('ends before it starts');
        line.lines = this.share(line.lines);
        if (line.answer?.sale) line.answer.sale.lines = this.share(line.answer.sale.lines);
        this.history.sales.push(line);
        this.purchases.addRequest(line);
        break;
      case 'seen-sales':
        this.seen.push(line);
        break;
      case 'goods-receipt':
      case 'adjustment':
        if (line.end < line.start) throw this.fault('ends before it starts');
        this.history.stockChanges.push(line);
        break;
      case 'stored-sale':
        line.lines = this.share(line.lines);
        this.history.storedSales.push(line);
        this.purchases.addRow(line);
        break;
      case 'stored-goods-receipt':
      case 'stored-adjustment':
      case 'stored-return':
        this.history.storedStockChanges.push(line);
        break;
      case 'stored-dead-letter':
        this.history.deadLetters.add(line.reference);
        break;
      case 'end':
        this.end = line;
    }
  }

  /** @throws HistoryFormatError */
  finish(): History {
    if (!this.header) throw new HistoryFormatError('The file is empty.');
    if (!this.end) throw new HistoryFormatError('The history is incomplete: its last line "end" is missing.');
    const operations = this.history.sales.length + this.history.stockChanges.length;
    if (operations !== this.end.operations) {
      throw new HistoryFormatError(
        `The history is incomplete: it has ${operations} of ${this.end.operations} operations.`,
      );
    }
    const purchases = this.purchases.finish();
    return {
      ...this.history,
      source: this.header.source,
      purchases,
      states: this.states(purchases),
      end: this.end,
    };
  }

  private states({ all }: Purchases): SaleStates {
    const states = new SaleStates();
    const { sales, storedSales } = this.history;
    // Of a run without a waitlist nothing is told here that its purchases do not tell.
    if (!sales.some(({ mayWait }) => mayWait) && !storedSales.some(({ hasWaited }) => hasWaited))
      return states;
    for (const purchase of all) states.add(purchase);
    for (const seen of this.seen) states.addSeen(seen);
    const closedAt = endOfRun({ ...this.history, seen: this.seen });
    for (const row of storedSales) states.addRow(row, closedAt);
    return states;
  }

  private parse(text: string): HistoryLine {
    let line: unknown;
    try {
      line = JSON.parse(text);
    } catch {
      throw this.fault('is not JSON');
    }
    const type = (line as { type?: HistoryLineType } | null)?.type;
    const validator = VALIDATORS.get(String(type));
    if (!validator) throw this.fault(`has the unknown type ${JSON.stringify(type)}`);
    if (validator.Check(line)) return line as HistoryLine;
    const [fault] = validator.Errors(line).filter(({ keyword }) => keyword !== 'boolean');
    throw this.fault(`(${type}): ${fault?.instancePath || '/'} ${fault?.message}`);
  }

  private share<Lines>(lines: Lines): Lines {
    const text = JSON.stringify(lines);
    const shared = this.sharedLines.get(text);
    if (shared) return shared as Lines;
    this.sharedLines.set(text, lines);
    return lines;
  }

  private fault(what: string): HistoryFormatError {
    return new HistoryFormatError(`Line ${this.lineNumber} ${what}.`);
  }
}

/** Later than every operation, look and row. */
export function endOfRun({
  sales,
  stockChanges,
  storedSales,
  seen,
}: Pick<History, 'sales' | 'stockChanges' | 'storedSales'> & { seen: readonly SeenSales[] }): number {
  let end = -Infinity;
  for (const operation of sales) end = Math.max(end, operation.end);
  for (const operation of stockChanges) end = Math.max(end, operation.end);
  for (const look of seen) end = Math.max(end, look.end);
  for (const { createdAt } of storedSales) end = Math.max(end, Date.parse(createdAt));
  return end + 1;
}
