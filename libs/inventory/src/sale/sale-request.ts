import { createHash } from 'node:crypto';
import { type RestockEstimate } from '../restock/restock.service.js';
import { type SaleStatus } from './sale.entity.js';

export interface SaleRequest {
  /** At least one; the same SKU may stand on several. `quantity` is a whole number of units, 1 or more. */
  lines: readonly { sku: string; quantity: number }[];
  customerEmail?: string;
  /** Up to 255 visible ASCII characters. A sale under it is made once, however often it is asked for. */
  idempotencyKey?: string;
}

export interface ConfirmedSale {
  id: string;
  status: SaleStatus;
  lines: { sku: string; quantity: number; unitPriceKrw: number }[];
  totalKrw: number;
  customerEmail: string | null;
  createdAt: Date;
}

/** A SKU of which there is not enough, and what is being done about it. */
export interface Shortage {
  sku: string;
  requestedQuantity: number;
  availableQuantity: number;
  restockOrder: RestockEstimate;
}

export type SaleOutcome =
  | {
      kind: 'CONFIRMED';
      sale: ConfirmedSale;
      /** Made by an earlier request with this key. */ replayed: boolean;
    }
  | { kind: 'REFUSED'; shortages: Shortage[] };

/** The lines summed per SKU, in SKU order: the order in which stock is locked. */
export function sumLines(lines: SaleRequest['lines']): Map<string, number> {
  const quantities = new Map<string, number>();
  for (const { sku } of [...lines].sort((a, b) => (a.sku < b.sku ? -1 : 1))) quantities.set(sku, 0);
  for (const { sku, quantity } of lines) quantities.set(sku, quantities.get(sku)! + quantity);
  return quantities;
}

/** Equal for requests that ask for the same: line order and splitting do not count. SHA-256 in hex. */
export function fingerprint(quantities: Map<string, number>, customerEmail: string | undefined): string {
  return createHash('sha256')
    .update(JSON.stringify([[...quantities], customerEmail ?? null]))
    .digest('hex');
}
