import { In, IsNull, Not, type EntityManager } from 'typeorm';
import { Factory } from '../product/factory.entity.js';
import {
  leadTimeQuantiles,
  nextCorrection,
  type ObservedOrder,
  SAMPLE_SIZE,
  SMALLEST_SAMPLE,
} from './lead-time-quantiles.js';
import { RestockOrder } from './restock-order.entity.js';

/** The newest completed orders, whose median and ninth decile are shown and set the deadline. */
const SHOWN_SAMPLE_SIZE = 50;

/** An order is overdue after this many times the lead time that nine of ten orders keep. */
const OVERDUE_FACTOR = 1.5;

const OBSERVED = { orderedAt: true, closedAt: true, expectedFrom: true, expectedTo: true } as const;

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

/**
 * Learns the lead times of a factory when an order is complete, in the caller's transaction.
 *
 * @param factory locked, so that each order corrects the range once
 */
export async function learnLeadTimes(
  manager: EntityManager,
  factory: Factory,
  completed: ObservedOrder,
  now: Date,
): Promise<void> {
  const correction = nextCorrection(factory.leadTimeCorrection ?? 0, completed);
  const newest = await completedOrders(manager, factory.id);
  const orders = [...newest, ...(await openOrders(manager, factory.id))];
  const seconds = leadTimesInSeconds(newest.slice(0, SHOWN_SAMPLE_SIZE));
  const isEnough = seconds.length >= SMALLEST_SAMPLE;
  const quantiles = leadTimeQuantiles(orders, correction, now);
  await manager.update(
    Factory,
    { id: factory.id },
    {
      leadTimeCorrection: correction,
      ...(isEnough && {
        leadTimeP50Seconds: nearestRank(seconds, 0.5),
        leadTimeP90Seconds: nearestRank(seconds, 0.9),
      }),
      ...(quantiles && { leadTimeQuantiles: quantiles.map((value) => Math.round(value * 1000) / 1000) }),
    },
  );
}

/** The factory with its lead times as they are known now: orders that are open for long tell of them as well. */
export async function withCurrentLeadTimes(
  manager: EntityManager,
  factory: Factory,
  now: Date,
): Promise<Factory> {
  const orders = [
    ...(await completedOrders(manager, factory.id)),
    ...(await openOrders(manager, factory.id)),
  ];
  const quantiles = leadTimeQuantiles(orders, factory.leadTimeCorrection ?? 0, now);
  return { ...factory, leadTimeQuantiles: quantiles ? [...quantiles] : null };
}

/** The lead times of the newest completed orders of a factory, in seconds, ascending. */
export async function observedLeadTimes(manager: EntityManager, factoryId: string): Promise<number[]> {
  return leadTimesInSeconds(await completedOrders(manager, factoryId));
}

/** By the index of (factory, status, closing): it reads the rows that it returns. */
async function completedOrders(manager: EntityManager, factoryId: string): Promise<ObservedOrder[]> {
  return manager.find(RestockOrder, {
    select: OBSERVED,
    where: { factoryId, status: 'RECEIVED', orderedAt: Not(IsNull()) },
    order: { closedAt: 'DESC' },
    take: SAMPLE_SIZE,
  });
}

/** The accepted orders that are open. A factory has one at most for each SKU. */
async function openOrders(manager: EntityManager, factoryId: string): Promise<ObservedOrder[]> {
  return manager.find(RestockOrder, {
    select: OBSERVED,
    where: { factoryId, status: In(['ORDERED', 'OVERDUE']), orderedAt: Not(IsNull()) },
    order: { orderedAt: 'DESC' },
    take: SAMPLE_SIZE,
  });
}

function leadTimesInSeconds(orders: readonly ObservedOrder[]): number[] {
  return orders
    .map(({ orderedAt, closedAt }) => (closedAt!.getTime() - orderedAt!.getTime()) / 1000)
    .sort((one, other) => one - other);
}

/** The nearest rank, in whole seconds. */
function nearestRank(sorted: readonly number[], share: number): number {
  return Math.ceil(sorted[Math.ceil(share * sorted.length) - 1]!);
}
