import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** What a callback may deliver: signed when it is ordered, because the legacy factory cannot sign. */
export interface SignedOrder {
  restockOrderId: string;
  sku: string;
  factoryId: string;
  /** Units ordered. */
  quantity: number;
  /** Until when the callback is believed, in seconds since 1970. */
  expiresAtSeconds: number;
}

export type Verification = 'VALID' | 'INVALID_SIGNATURE' | 'EXPIRED';

/** Signs what was ordered: HMAC-SHA256 in hex. */
export function signOrder(key: string, order: SignedOrder): string {
  const { restockOrderId, sku, factoryId, quantity, expiresAtSeconds } = order;
  return createHmac('sha256', key)
    .update(JSON.stringify([restockOrderId, sku, factoryId, quantity, expiresAtSeconds]))
    .digest('hex');
}

/** The URL that the factory calls when goods are ready. It carries what the signature covers beyond the goods themselves. */
export function callbackUrl(baseUrl: string, key: string, order: SignedOrder): string {
  const url = new URL(
    `${baseUrl.replace(/\/$/, '')}/goods-receipts/${encodeURIComponent(order.restockOrderId)}`,
  );
  url.searchParams.set('quantity', String(order.quantity));
  url.searchParams.set('expires', String(order.expiresAtSeconds));
  url.searchParams.set('signature', signOrder(key, order));
  return url.href;
}

/** Whether a callback is about something that was ordered. Takes the same time for every wrong signature. */
export function verifyOrder(key: string, order: SignedOrder, signature: string, now: Date): Verification {
  const expected = Buffer.from(signOrder(key, order));
  const given = Buffer.from(signature);
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return 'INVALID_SIGNATURE';
  return now.getTime() <= order.expiresAtSeconds * 1000 ? 'VALID' : 'EXPIRED';
}

/** Tells the deliveries of one order apart by what the factory says of each: SHA-256 in hex. */
export function deliveryFingerprint(statements: readonly (string | number | undefined)[]): string {
  return createHash('sha256')
    .update(JSON.stringify(statements.map((statement) => String(statement ?? ''))))
    .digest('hex');
}
