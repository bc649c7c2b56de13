import { type InventoryError } from '../errors.js';
import { customerKey } from './customer-key.js';
import { saleId } from './sale-id.js';
import {
  type Backorder,
  fingerprint,
  type SaleLineRequest,
  type SaleOutcome,
  type SaleRequest,
  sumLines,
} from './sale-request.js';

/** A sale that is asked for, until it is decided. */
export interface PendingSale {
  /** The sale's id if it is made: chosen before, so that an attempt with an unknown outcome can be looked up by it. */
  readonly id: string;
  /** One line a SKU, in SKU order. */
  readonly lines: readonly SaleLineRequest[];
  /** As it is stored: see {@link storedKey}. */
  readonly idempotencyKey: string | null;
  readonly requestFingerprint: string;
  readonly customerEmail: string | null;
  readonly backorder: Backorder | undefined;
  /** Its key may have been used before, as far as this process remembers. */
  readonly mayBeRepeat: boolean;
  /** Made when it is asked for: most products have no limit for each customer. */
  readonly customerKey: string | null;
  /** When the request was there, by `performance.now()`. */
  readonly arrivedAt: number;
  readonly isAbandoned?: () => boolean;
}

/** The outcome of a {@link PendingSale}. An error rejects this sale only: the other sales of its batch are not affected. */
export type SaleDecision = SaleOutcome | InventoryError;

export function pendingSale(
  request: SaleRequest,
  idempotencyKey: string | undefined,
  mayBeRepeat: boolean,
  arrivedAt = performance.now(),
): PendingSale {
  const { lines, customerEmail, backorder, isAbandoned } = request;
  const summed = sumLines(lines);
  let key: string | null | undefined;
  return {
    id: saleId(),
    lines: summed,
    idempotencyKey: idempotencyKey ?? null,
    requestFingerprint: fingerprint(summed, request),
    customerEmail: customerEmail ?? null,
    backorder,
    mayBeRepeat,
    arrivedAt,
    get customerKey() {
      return key === undefined ? (key = customerKey(request)) : key;
    },
    isAbandoned,
  };
}

/** Every SKU that the sales touch, once, in the order in which stock is locked. */
export function skusOf(sales: readonly PendingSale[]): string[] {
  const skus = new Set<string>();
  for (const { lines } of sales) for (const { sku } of lines) skus.add(sku);
  return [...skus].sort();
}
