import { randomUUID } from 'node:crypto';
import { type IncomingMessage } from 'node:http';

/** A request id that may be logged unchanged. It has no `@`, so that this header cannot put an address into the log. */
const WELL_FORMED = /^[A-Za-z0-9._:=+/-]{1,128}$/;

/** The `X-Request-Id` that a client or load balancer gave, when it is well formed; otherwise a new UUID. */
export function requestIdOf({ headers }: Pick<IncomingMessage, 'headers'>): string {
  const given = headers['x-request-id'];
  return typeof given === 'string' && WELL_FORMED.test(given) ? given : randomUUID();
}
