import { type EntityManager } from 'typeorm';
import { StockMovement } from '../stock/stock-movement.entity.js';

/** The days from which demand is known, at most. A day is 24 hours; the last one ends now. */
export const DEMAND_DAYS = 28;

/** The most movements that are read, the newest ones: so many take about a second. */
const MAX_MOVEMENTS = 100_000;

const DAY_MS = 24 * 3_600_000;

/**
 * The units of a SKU that were sold on each of the last days, oldest first. By the index of (sku, created_at). It begins with
 * the first movement of the SKU, or after the newest {@link MAX_MOVEMENTS}; at least one day.
 *
 * @returns none for a SKU without movements
 */
export async function soldPerDay(
  manager: EntityManager,
  sku: string,
  now: Date,
  maxMovements = MAX_MOVEMENTS,
): Promise<number[]> {
  const first = await boundaryOf(manager, sku, 'ASC', new Date(0), 0);
  if (!first) return [];
  const windowStart = new Date(now.getTime() - DEMAND_DAYS * DAY_MS);
  const earliestRead = await boundaryOf(manager, sku, 'DESC', windowStart, maxMovements);
  const start = Math.max(first.getTime(), windowStart.getTime(), earliestRead?.getTime() ?? 0);
  const covered = (now.getTime() - start) / DAY_MS;
  if (earliestRead && covered < 1) {
    // So many sales that less than a day can be read: they tell of the whole day.
    const units = await soldBetween(manager, sku, earliestRead, now);
    return [units / Math.max(covered, 1 / DAY_MS)];
  }
  const sums: number[] = [];
  for (let day = Math.max(1, Math.floor(covered)); day > 0; day -= 1) {
    const from = new Date(now.getTime() - day * DAY_MS);
    sums.push(await soldBetween(manager, sku, from, new Date(from.getTime() + DAY_MS)));
  }
  return sums;
}

/** The time of the movement that so many others come before, in this order. */
async function boundaryOf(
  manager: EntityManager,
  sku: string,
  direction: 'ASC' | 'DESC',
  since: Date,
  others: number,
): Promise<Date | undefined> {
  const found = await manager
    .createQueryBuilder(StockMovement, 'movement')
    .select(['movement.id', 'movement.createdAt'])
    .where({ sku })
    .andWhere('movement.createdAt >= :since', { since })
    .orderBy('movement.createdAt', direction)
    .limit(1)
    .offset(others)
    .getOne();
  return found?.createdAt;
}

async function soldBetween(manager: EntityManager, sku: string, from: Date, until: Date): Promise<number> {
  const row = await manager
    .createQueryBuilder(StockMovement, 'movement')
    .select('SUM(-movement.delta)', 'units')
    .where({ sku })
    .andWhere('movement.createdAt >= :from AND movement.createdAt < :until', { from, until })
    .andWhere(`movement.reason IN ('SALE', 'BACKORDER_FILL')`)
    .getRawOne<{ units: string | number | null }>();
  return Number(row?.units ?? 0);
}
