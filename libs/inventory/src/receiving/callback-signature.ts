import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** The goods that a callback may deliver. They are signed with the order, because the legacy factory cannot sign. */
export interface SignedOrder {
  restockOrderId: string;
  sku: string;
  factoryId: string;
  /** Units ordered. */
  quantity: number;
  /** When the signature expires, in seconds since 1970. */
  expiresAtSeconds: number;
}

export type Verification = 'VALID' | 'INVALID_SIGNATURE' | 'EXPIRED';

/** Signs an order: HMAC-SHA256 in hex. */
export function signOrder(key: string, order: SignedOrder): string {
  const { restockOrderId, sku, factoryId, quantity, expiresAtSeconds } = order;
  return createHmac('sha256', key)
    .update(JSON.stringify([restockOrderId, sku, factoryId, quantity, expiresAtSeconds]))
    .digest('hex');
}

/** The URL that the factory calls when goods are ready. It contains the signature and the other signed values. */
export function callbackUrl(baseUrl: string, key: string, order: SignedOrder): string {
  const url = new URL(
    `${baseUrl.replace(/\/$/, '')}/goods-receipts/${encodeURIComponent(order.restockOrderId)}`,
  );
  url.searchParams.set('quantity', String(order.quantity));
  url.searchParams.set('expires', String(order.expiresAtSeconds));
  url.searchParams.set('signature', signOrder(key, order));
  return url.href;
}

/**
 * Whether a callback belongs to an order that one of `keys` signed. It takes the same time for every signature: each key is
 * tried, whichever is right.
 */
export function verifyOrder(
  keys: readonly string[],
  order: SignedOrder,
  signature: string,
  now: Date,
): Verification {
  const given = Buffer.from(signature);
  const matches = keys.map((key) => isEqual(given, Buffer.from(signOrder(key, order))));
  if (!matches.includes(true)) return 'INVALID_SIGNATURE';
  return now.getTime() <= order.expiresAtSeconds * 1000 ? 'VALID' : 'EXPIRED';
}

function isEqual(given: Buffer, expected: Buffer): boolean {
  return given.length === expected.length && timingSafeEqual(given, expected);
}

/** Identifies one delivery of an order by the content of its callback: SHA-256 in hex. */
export function deliveryFingerprint(statements: readonly (string | number | undefined)[]): string {
  return createHash('sha256')
    .update(JSON.stringify(statements.map((statement) => String(statement ?? ''))))
    .digest('hex');
}
