import { randomUUID } from 'node:crypto';
import { type IncomingMessage } from 'node:http';

/** What may stand in a log line as it is. No `@`: an address must not get there by this header. */
const WELL_FORMED = /^[A-Za-z0-9._:=+/-]{1,128}$/;

/** The `X-Request-Id` that a client or load balancer gave, when it is well formed; otherwise a new UUID. */
export function requestIdOf({ headers }: Pick<IncomingMessage, 'headers'>): string {
  const given = headers['x-request-id'];
  return typeof given === 'string' && WELL_FORMED.test(given) ? given : randomUUID();
}
