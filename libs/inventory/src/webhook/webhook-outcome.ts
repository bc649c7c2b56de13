import { type WebhookDelivery } from './webhook-delivery.entity.js';
import { type WebhookEndpoint } from './webhook-endpoint.entity.js';

/** How an attempt to deliver ended. */
export type WebhookOutcome =
  | { kind: 'DELIVERED'; status: number }
  /** The endpoint answers, and does not take this event. */
  | { kind: 'REFUSED'; status: number; error: string; retryAfterMs?: number }
  /** It does not answer, or says that it cannot take anything now. */
  | { kind: 'AWAY'; status: number | null; error: string; retryAfterMs?: number }
  /** It answered 410: it wants nothing any more. */
  | { kind: 'GONE'; status: number };

/** A delivery that was attempted, and how that ended. */
export interface WebhookAttempt {
  delivery: WebhookDelivery;
  outcome: WebhookOutcome;
}

const FIRST_DELAY_MS = 2_000;
/** Between two attempts of an event that is refused. */
const MAX_DELAY_MS = 3_600_000;
/** Between two attempts at an endpoint that is away: so soon does it have its events when it is back. */
const MAX_AWAY_DELAY_MS = 60_000;
/** A mistyped year in `Retry-After` must not hold the events up for good. */
const MAX_RETRY_AFTER_MS = 3_600_000;

/** The delay after so many refusals in a row, 1 or more, in ms. */
export function refusedDelayMs(attempts: number): number {
  return Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** (attempts - 1));
}

/** The same for an endpoint that is away; `attempts` are those that were made at once. */
export function awayDelayMs(failures: number, attempts: readonly WebhookAttempt[]): number {
  const announced = attempts.map(({ outcome }) =>
    'retryAfterMs' in outcome ? (outcome.retryAfterMs ?? 0) : 0,
  );
  const ownMs = Math.min(MAX_AWAY_DELAY_MS, FIRST_DELAY_MS * 2 ** (failures - 1));
  return Math.max(ownMs, Math.min(Math.max(...announced), MAX_RETRY_AFTER_MS));
}

/**
 * Whether the event is at fault, and not the endpoint, which has taken another one since this one was tried before, or at the same
 * time. An endpoint that refuses everything, as at a wrong path, is no different from one that is not there.
 */
export function isFaultOfEvent(
  { delivery: { lastAttemptAt }, outcome }: WebhookAttempt,
  { lastDeliveredAt }: Pick<WebhookEndpoint, 'lastDeliveredAt'>,
  hasDelivered: boolean,
): boolean {
  if (outcome.kind !== 'REFUSED') return false;
  return (
    hasDelivered || (lastAttemptAt !== null && lastDeliveredAt !== null && lastDeliveredAt > lastAttemptAt)
  );
}
