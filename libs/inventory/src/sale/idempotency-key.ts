import { hash } from 'node:crypto';
import { type SaleRequest } from './sale-request.js';

/**
 * The key under which the sale of a request is stored and found; `undefined` when the request has none. A key of a client
 * with an id is stored as a digest of both. The digest begins with a space, which no key that a client sends contains, so
 * that it is in no other name space. Every process on a database has to make the same of it: a repeat that is looked up
 * under another key is sold again.
 */
export function storedKey({ idempotencyKey: key, clientId }: SaleRequest): string | undefined {
  if (key === undefined || clientId === undefined) return key;
  return ` ${hash('sha256', JSON.stringify([clientId, key]), 'base64url')}`;
}
