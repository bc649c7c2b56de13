import { type FaultDecisions } from './fault-decisions.js';
import { type Delivery } from './order.js';

const LATE_LEAD_TIMES = 5;
/** How much later a repeated callback follows the first one. */
const COPY_LEAD_TIMES = 0.1;

/**
 * The callbacks that an order of `count` units will cause. Due one lead time after `acceptedAt` (5 when late),
 * held back by 1 to 2 more when out of order; a second part follows one lead time after the first, a copy a
 * tenth of one after its original. The parts of one order always add up to `count`; one unit is never split.
 *
 * @param acceptedAt Unix time in ms
 */
export function planDeliveries(
  count: number,
  decisions: FaultDecisions,
  leadTimeMs: number,
  acceptedAt: number,
): Delivery[] {
  const counts = decisions.partial && count > 1 ? split(count, decisions.firstPartShare) : [count];
  const leadTimes =
    (decisions.late ? LATE_LEAD_TIMES : 1) + (decisions.outOfOrder ? decisions.heldBackLeadTimes : 0);
  const copies = decisions.duplicate ? [1, 2] : [1];

  return counts.flatMap((partCount, index) =>
    copies.map((copy) => ({
      part: index + 1,
      parts: counts.length,
      copy,
      count: partCount,
      countAsText: decisions.countAsText[index] ?? false,
      dueAt: acceptedAt + Math.round(leadTimeMs * (leadTimes + index + (copy - 1) * COPY_LEAD_TIMES)),
      state: 'PENDING',
      tries: 0,
    })),
  );
}

function split(count: number, firstPartShare: number): [number, number] {
  const first = 1 + Math.floor(firstPartShare * (count - 1));
  return [first, count - first];
}
