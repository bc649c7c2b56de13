import { type Factory } from '../product/factory.entity.js';
import { type Product } from '../product/product.entity.js';
import { type StockLevel } from '../stock/stock-level.entity.js';
import {
  type LeadTimeQuantiles,
  promisedQuantiles,
  quantileOf,
  remainingQuantiles,
  sumOf,
} from './lead-time-quantiles.js';
import { type RestockOrder } from './restock-order.entity.js';
import { restockQuantity } from './restock-rules.js';

/** When goods arrive: half of them by `from` (P50), and nine of ten by `to` (P90). */
export interface ArrivalRange {
  from: Date;
  to: Date;
}

/** How goods that are complete kept the range that was stated for them. */
export type RangeKept = 'p50' | 'p90' | 'late';

/** What is known of a factory's lead times. */
export type LeadTimes = Pick<Factory, 'leadTimeSeconds' | 'overdueAfterSeconds' | 'leadTimeQuantiles'>;

/** What is known of an open order. */
export type OpenOrder = Pick<RestockOrder, 'status' | 'orderedAt' | 'quantity' | 'receivedQuantity'>;

export interface ArrivalQuestion {
  /** The units that must arrive before and including the buyer's own; 0 for the next goods, whatever they are. */
  unitsAhead: number;
  product: Pick<Product, 'reorderPoint' | 'targetLevel' | 'lotSize'>;
  /** Of the product; null when the next order is only opened now. */
  openOrder: OpenOrder | null;
  /** The factory of the open order, or of the product. */
  factory: LeadTimes;
  /** By any clock: an estimate decides nothing. */
  now: Date;
}

/** More orders than these in a row are too far away to say anything. */
const MAX_ORDERS_AHEAD = 10;

/**
 * When the last of `unitsAhead` units arrives: with the open order, or with a later one, which begins when the one before it
 * is complete. The time that the open order has taken already counts: of the lead times that are known, only the longer
 * ones are possible. An order in parts arrives with its last part.
 *
 * @returns null when nothing is known: the order waits for its factory or for a person, or takes longer than any known one
 */
export function arrivalRange({
  unitsAhead,
  product,
  openOrder,
  factory,
  now,
}: ArrivalQuestion): ArrivalRange | null {
  const leadTime = leadTimesOf(factory);
  let wait = openOrder === null ? leadTime : remainingOf(openOrder, leadTime, now);
  if (wait === null) return null;
  let units =
    unitsAhead -
    (openOrder ? openOrder.quantity - openOrder.receivedQuantity : orderUnits(product, unitsAhead));
  for (let orders = 1; units > 0; orders += 1) {
    if (orders === MAX_ORDERS_AHEAD) return null;
    wait = sumOf(wait, leadTime);
    units -= orderUnits(product, units);
  }
  return rangeFrom(now, wait);
}

/** When the goods of an open order arrive: {@link arrivalRange} for a buyer who wants the next goods. */
export function remainingRange(openOrder: OpenOrder, factory: LeadTimes, now: Date): ArrivalRange | null {
  const wait = remainingOf(openOrder, leadTimesOf(factory), now);
  return wait && rangeFrom(now, wait);
}

/** The range of an order that the factory has accepted just now. */
export function acceptedRange(factory: LeadTimes, at: Date): ArrivalRange {
  return rangeFrom(at, leadTimesOf(factory));
}

/** @returns undefined where no range was stated */
export function rangeKept(
  { expectedFrom, expectedTo }: Pick<RestockOrder, 'expectedFrom' | 'expectedTo'>,
  completedAt: Date,
): RangeKept | undefined {
  if (expectedFrom === null || expectedTo === null) return undefined;
  if (completedAt <= expectedFrom) return 'p50';
  return completedAt <= expectedTo ? 'p90' : 'late';
}

function leadTimesOf(factory: LeadTimes): LeadTimeQuantiles {
  return factory.leadTimeQuantiles ?? promisedQuantiles(factory);
}

function remainingOf(
  { status, orderedAt }: OpenOrder,
  leadTime: LeadTimeQuantiles,
  now: Date,
): LeadTimeQuantiles | null {
  // The factory will have it in a moment.
  if (status === 'REQUESTED') return leadTime;
  if ((status !== 'ORDERED' && status !== 'OVERDUE') || orderedAt === null) return null;
  return remainingQuantiles(leadTime, Math.max(0, now.getTime() - orderedAt.getTime()) / 1000);
}

/** The units of the order that is opened for so many waiting units: they count in full. */
function orderUnits(product: ArrivalQuestion['product'], waitingUnits: number): number {
  const emptyLevel = {
    onHand: 0,
    available: 0,
    onOrder: 0,
    refusedDemand: 0,
    waiting: waitingUnits,
  } as StockLevel;
  return restockQuantity(product, emptyLevel);
}

function rangeFrom(now: Date, wait: LeadTimeQuantiles): ArrivalRange {
  const after = (seconds: number) => new Date(now.getTime() + Math.ceil(seconds) * 1000);
  return { from: after(quantileOf(wait, 0.5)), to: after(quantileOf(wait, 0.9)) };
}
