import { createHmac, timingSafeEqual } from 'node:crypto';

/** Injection token of the key that signs orders; undefined: the webhook takes none. */
export const WEBHOOK_KEY = Symbol('WEBHOOK_KEY');

/** Whether `signature` is the HMAC-SHA256 of the parts, in lines, in hex. */
export function isSigned(key: string, signature: string | undefined, parts: readonly unknown[]): boolean {
  const expected = createHmac('sha256', key).update(parts.join('\n')).digest();
  const given = Buffer.from(signature ?? '', 'hex');
  return given.length === expected.length && timingSafeEqual(given, expected);
}
