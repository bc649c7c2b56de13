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

/** Whether a callback belongs to a signed order. It takes the same time for every wrong signature. */
export function verifyOrder(key: string, order: SignedOrder, signature: string, now: Date): Verification {
  const expected = Buffer.from(signOrder(key, order));
  const given = Buffer.from(signature);
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return 'INVALID_SIGNATURE';
  return now.getTime() <= order.expiresAtSeconds * 1000 ? 'VALID' : 'EXPIRED';
}

/** Identifies one delivery of an order by the content of its callback: SHA-256 in hex. */
export function deliveryFingerprint(statements: readonly (string | number | undefined)[]): string {
  return createHash('sha256')
    .update(JSON.stringify(statements.map((statement) => String(statement ?? ''))))
    .digest('hex');
}
