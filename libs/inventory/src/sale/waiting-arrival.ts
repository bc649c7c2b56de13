import { type Factory } from '../product/factory.entity.js';
import { type Product } from '../product/product.entity.js';
import { type ArrivalRange, arrivalRange } from '../restock/arrival-range.js';
import { type RestockOrder } from '../restock/restock-order.entity.js';

export interface WaitingLinePlace {
  sku: string;
  /** Units on hand that are kept for it. */
  reservedQuantity: number;
  /** Lines of the SKU that get their units before it, and itself; null when it has all of its own. */
  position: number | null;
  /** Units that must arrive for it: those of the lines before it, and its own. */
  missingUnits: number;
}

/** Where the goods of a SKU come from. */
export interface Supply {
  product: Product;
  openOrder: RestockOrder | null;
  /** Of the open order, or of the product. */
  factory: Factory;
}

/**
 * When a waiting sale has all of its units: with the last of its lines.
 *
 * @returns null when that of a line is unknown
 */
export function saleArrival(
  lines: readonly WaitingLinePlace[],
  supplies: ReadonlyMap<string, Supply>,
  now: Date,
): ArrivalRange | null {
  let range: ArrivalRange | null = null;
  for (const { sku, missingUnits } of lines) {
    if (missingUnits === 0) continue;
    const supply = supplies.get(sku);
    const own = supply && arrivalRange({ ...supply, unitsAhead: missingUnits, now });
    if (!own) return null;
    range = range === null ? own : { from: later(range.from, own.from), to: later(range.to, own.to) };
  }
  return range;
}

function later(one: Date, other: Date): Date {
  return one < other ? other : one;
}
