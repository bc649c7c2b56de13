import { type Factory } from '../product/factory.entity.js';
import { type RestockOrderEvent } from '../restock/restock-order-event.entity.js';
import { type RestockOrder } from '../restock/restock-order.entity.js';

/** Goods that come within this part of the lead time are implausible. A factory at up to four times its speed is only fast. */
const IMPLAUSIBLE_PART = 0.25;

/** Within less, in ms, our own delays say more than the factory's speed: lead times are whole seconds. */
const SHORTEST_MS = 1_000;

/**
 * The lead time that goods are held to, in seconds: the median of what was observed, or what the factory promises where that
 * is shorter. Goods that come as fast as promised are never too early, however slow the factory was before.
 */
export function usualSeconds({ leadTimeSeconds, leadTimeP50Seconds }: Factory): number {
  return Math.min(leadTimeSeconds, leadTimeP50Seconds ?? leadTimeSeconds);
}

/** How soon after their order goods are implausible, in ms; 0 where that cannot be told. */
export function implausibleWithinMs(factory: Factory): number {
  const withinMs = usualSeconds(factory) * 1_000 * IMPLAUSIBLE_PART;
  return withinMs < SHORTEST_MS ? 0 : withinMs;
}

/**
 * Since when the factory can have had the order. That is when it accepted the order, unless an earlier attempt may have reached
 * it: then nothing but the request is known to be before it.
 *
 * @param steps of the order, first to last, before its first goods
 */
export function orderableSince(
  { requestedAt, orderedAt }: Pick<RestockOrder, 'requestedAt' | 'orderedAt'>,
  steps: readonly Pick<RestockOrderEvent, 'kind' | 'createdAt'>[],
  { adapter }: Pick<Factory, 'adapter'>,
): Date {
  const mayHaveReached = steps.some(({ kind }, index) => {
    if (kind === 'UNCONFIRMED') return true;
    // A factory behind a webhook may have accepted an attempt that failed for us, and tells of it at the next one.
    return kind === 'ATTEMPT_FAILED' && (adapter === 'webhook' || steps[index + 1]?.kind !== 'WAITING');
  });
  if (mayHaveReached) return requestedAt;
  // Goods may be faster than the factory's answer. The attempt began after the last step.
  return orderedAt ?? steps.at(-1)?.createdAt ?? requestedAt;
}
