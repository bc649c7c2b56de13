import { type SaleStatus } from '../../sale/sale.entity.js';
import { type Answer, type Placing } from './waitlist-actions.js';

/** The units of one SKU in a {@link ModelSale}. */
export interface ModelLine {
  sku: string;
  quantity: number;
  reserved: number;
}

/** A sale that was made. */
export interface ModelSale {
  id: string;
  request: Placing;
  status: SaleStatus;
  /** In ms; of a sale that has waited. */
  waitUntil: number;
  lines: ModelLine[];
  /** It has all of its units, and is filled by the next upkeep. */
  isLeft: boolean;
}

/** Units that must come for it. */
export function missingOf({ quantity, reserved }: ModelLine): number {
  return quantity - reserved;
}

/** One line a SKU, in SKU order. */
export function summed({ lines }: Placing): ModelLine[] {
  const skus = [...new Set(lines.map(({ sku }) => sku))].sort();
  return skus.map((sku) => {
    const own = lines.filter((line) => line.sku === sku);
    return { sku, quantity: own.reduce((sum, { quantity }) => sum + quantity, 0), reserved: 0 };
  });
}

/** Requests are equal whose lines add up to the same, with the same wait. */
export function replayOf(sale: ModelSale, request: Placing): Answer {
  const wish = (asked: Placing) => JSON.stringify([summed(asked), asked.waitUntil, asked.waitUntil === null]);
  if (wish(sale.request) !== wish(request)) return { error: 'SALE.KEY_REUSED' };
  const isOpen = sale.status === 'CONFIRMED' || sale.status === 'WAITING';
  return { kind: isOpen ? sale.status : 'ENDED', replayed: true, saleId: sale.id };
}
