/** How an attempt to deliver ended. */
export type WebhookOutcome =
  | { kind: 'DELIVERED'; status: number }
  /** The endpoint is there, and refuses this event: its own fault, perhaps. */
  | { kind: 'REFUSED'; status: number; error: string }
  /** It does not answer, or says that it cannot now. */
  | { kind: 'AWAY'; status: number | null; error: string; retryAfterMs?: number }
  /** It answered 410: it wants nothing any more. */
  | { kind: 'GONE'; status: number };

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

/** The same for an endpoint that is away. */
export function awayDelayMs(failures: number, retryAfterMs = 0): number {
  const ownMs = Math.min(MAX_AWAY_DELAY_MS, FIRST_DELAY_MS * 2 ** (failures - 1));
  return Math.max(ownMs, Math.min(retryAfterMs, MAX_RETRY_AFTER_MS));
}
