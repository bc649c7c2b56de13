import { hash } from 'node:crypto';
import { type RestockEstimate } from '../restock/restock.service.js';
import { type SaleStatus } from './sale.entity.js';
import { type WaitingPlace } from './waiting-place.js';

export interface SaleLineRequest {
  sku: string;
  /** A whole number of units, 1 or more. */
  quantity: number;
}

export interface Backorder {
  /** When the sale expires that still waits; null: after {@link DEFAULT_WAIT_MS}. */
  waitUntil: Date | null;
}

/** How long a sale waits whose buyer has not said how long, in ms: 30 days. */
export const DEFAULT_WAIT_MS = 30 * 24 * 3_600_000;

export interface SaleRequest {
  /** At least one; the same SKU may stand on several. */
  lines: readonly SaleLineRequest[];
  customerEmail?: string;
  /** Where stock is short, the sale waits for goods. Without it, it is refused. */
  backorder?: Backorder;
  /** Proven, by a token that the shop's own back end signed. */
  customerId?: string;
  /** Up to 255 visible ASCII characters. A sale under it is made once, however often it is asked for. */
  idempotencyKey?: string;
  /** The name space of the idempotency key. Requests without one share another name space. */
  clientId?: string;
  /** Nobody waits for the answer any more: a sale that is not begun yet is then left alone. */
  isAbandoned?: () => boolean;
}

/** A sale as its buyer and the operators see it. */
export interface ShownSale {
  id: string;
  status: SaleStatus;
  lines: { sku: string; quantity: number; unitPriceKrw: number }[];
  totalKrw: number;
  customerEmail: string | null;
  createdAt: Date;
  /** Of one that waits for goods, where that was looked up. */
  waiting?: WaitingPlace;
}

/** A SKU of which there is not enough, and what is being done about it. */
export interface Shortage {
  sku: string;
  requestedQuantity: number;
  availableQuantity: number;
  /** Null for a product that is not ordered again. */
  restockOrder: RestockEstimate | null;
}

export type SaleOutcome =
  | {
      /** `ENDED`: an earlier request with this key made it, and it was cancelled or has expired since. */
      kind: 'CONFIRMED' | 'WAITING' | 'ENDED';
      sale: ShownSale;
      /** Made by an earlier request with this key. */
      replayed: boolean;
    }
  | { kind: 'REFUSED'; shortages: Shortage[] }
  /** More is asked for than the database commits in time. Nothing was begun. */
  | { kind: 'OVERLOADED' }
  /** See {@link SaleRequest.isAbandoned}. Nothing was begun. */
  | { kind: 'ABANDONED' };

/** One line a SKU, in SKU order: the order in which stock is locked. */
export function sumLines(lines: readonly SaleLineRequest[]): readonly SaleLineRequest[] {
  if (lines.length === 1) return lines;
  const quantities = new Map<string, number>();
  for (const { sku, quantity } of lines) quantities.set(sku, (quantities.get(sku) ?? 0) + quantity);
  return [...quantities]
    .map(([sku, quantity]) => ({ sku, quantity }))
    .sort((a, b) => (a.sku < b.sku ? -1 : 1));
}

/** Equal for requests that ask for the same: line order and splitting do not count. SHA-256 in hex. */
export function fingerprint(
  summed: readonly SaleLineRequest[],
  { customerEmail, customerId, backorder }: Pick<SaleRequest, 'customerEmail' | 'customerId' | 'backorder'>,
): string {
  const lines = summed.map(({ sku, quantity }) => [sku, quantity]);
  // Without an id and a wait it is that of a version which knew neither.
  const customer = customerId === undefined ? [] : [customerId];
  const wait = backorder ? [['backorder', backorder.waitUntil]] : [];
  return hash('sha256', JSON.stringify([lines, customerEmail ?? null, ...customer, ...wait]));
}
