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
export class PendingSale {
  /** The sale's id if it is made: chosen before, so that an attempt with an unknown outcome can be looked up by it. */
  readonly id = saleId();
  /** One line a SKU, in SKU order. */
  readonly lines: readonly SaleLineRequest[];
  /** As it is stored: see {@link storedKey}. */
  readonly idempotencyKey: string | null;
  readonly requestFingerprint: string;
  readonly customerEmail: string | null;
  readonly backorder: Backorder | undefined;
  readonly isAbandoned: (() => boolean) | undefined;
  private readonly customerId: string | undefined;
  private key: string | null | undefined;

  /**
   * @param mayBeRepeat its key may have been used before, as far as this process remembers
   * @param arrivedAt when the request was there, by `performance.now()`
   */
  constructor(
    request: SaleRequest,
    idempotencyKey: string | undefined,
    readonly mayBeRepeat: boolean,
    readonly arrivedAt = performance.now(),
  ) {
    this.lines = sumLines(request.lines);
    this.idempotencyKey = idempotencyKey ?? null;
    this.requestFingerprint = fingerprint(this.lines, request);
    this.customerEmail = request.customerEmail ?? null;
    this.backorder = request.backorder;
    this.isAbandoned = request.isAbandoned;
    this.customerId = request.customerId;
  }

  /** Made when it is asked for: most products have no limit for each customer. */
  get customerKey(): string | null {
    const { customerId, customerEmail } = this;
    this.key ??= customerKey({ customerId, customerEmail: customerEmail ?? undefined });
    return this.key;
  }
}

/** The outcome of a {@link PendingSale}. An error rejects this sale only: the other sales of its batch are not affected. */
export type SaleDecision = SaleOutcome | InventoryError;

/** Every SKU that the sales touch, once, in the order in which stock is locked. */
export function skusOf(sales: readonly PendingSale[]): string[] {
  const skus = new Set<string>();
  for (const { lines } of sales) for (const { sku } of lines) skus.add(sku);
  return [...skus].sort();
}
