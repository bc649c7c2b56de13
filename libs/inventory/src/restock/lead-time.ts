import { IsNull, Not, type EntityManager } from 'typeorm';
import { Factory } from '../product/factory.entity.js';
import { RestockOrder } from './restock-order.entity.js';

/** The newest completed orders of a factory, from which its lead times are learned. */
const SAMPLE_SIZE = 50;

/** Fewer orders say too little: then what the factory promises counts. */
const SMALLEST_SAMPLE = 10;

/** An order is overdue after this many times the lead time that nine of ten orders keep. */
const OVERDUE_FACTOR = 1.5;

/** When goods are expected after an order was accepted, in ms: the median of what was observed, else what was promised. */
export function expectedLeadTimeMs({ leadTimeSeconds, leadTimeP50Seconds }: Factory): number {
  return (leadTimeP50Seconds ?? leadTimeSeconds) * 1000;
}

/** When goods should be there after an order was accepted, in ms: the lead time that nine of ten orders keep, or the promised. */
export function usualLeadTimeMs({ leadTimeSeconds, leadTimeP90Seconds }: Factory): number {
  return Math.max(leadTimeSeconds, leadTimeP90Seconds ?? 0) * 1000;
}

/** When a person is told that goods are missing, in ms after an order was accepted. Not for what the factory always takes. */
export function overdueAfterMs({ overdueAfterSeconds, leadTimeP90Seconds }: Factory): number {
  return Math.max(overdueAfterSeconds, OVERDUE_FACTOR * (leadTimeP90Seconds ?? 0)) * 1000;
}

/** Learns the lead times of a factory from its completed orders, in the caller's transaction. */
export async function learnLeadTimes(manager: EntityManager, factoryId: string): Promise<void> {
  const orders = await manager.find(RestockOrder, {
    select: { orderedAt: true, closedAt: true },
    where: { factoryId, status: 'RECEIVED', orderedAt: Not(IsNull()) },
    order: { closedAt: 'DESC' },
    take: SAMPLE_SIZE,
  });
  if (orders.length < SMALLEST_SAMPLE) return;
  const seconds = orders
    .map(({ orderedAt, closedAt }) => (closedAt!.getTime() - orderedAt!.getTime()) / 1000)
    .sort((one, other) => one - other);
  await manager.update(
    Factory,
    { id: factoryId },
    { leadTimeP50Seconds: quantile(seconds, 0.5), leadTimeP90Seconds: quantile(seconds, 0.9) },
  );
}

/** The nearest rank, in whole seconds. */
function quantile(sorted: readonly number[], share: number): number {
  return Math.ceil(sorted[Math.ceil(share * sorted.length) - 1]!);
}
