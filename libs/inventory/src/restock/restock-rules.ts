import { type Product } from '../product/product.entity.js';
import { type StockLevel } from '../stock/stock-level.entity.js';
import { MAX_UNITS } from '../stock/stock-limits.js';

/** The most units of one restock order, which is the most that the factory's callback can express. */
export const MAX_ORDER_UNITS = 999_999_999;

/**
 * Refused demand counts up to this many times the target level, unless the product has a cap of its own. More is no forecast: a client can be refused as often as
 * it likes, and must not be able to order a factory full of goods.
 */
const MAX_REFUSED_TARGETS = 10;

/** The time in which a request must reach the factory, in ms: more than all attempts at one message take together. */
const REQUEST_TIMEOUT_MS = 30 * 60_000;

/** When the message of a `REQUESTED` order counts as lost, and is sent again. `from` is now, by the injected clock. */
export function requestDeadline(from: Date): Date {
  return new Date(from.getTime() + REQUEST_TIMEOUT_MS);
}

/** Whether restock orders are opened for the product at all. */
export function isReordered({ status }: Pick<Product, 'status'>): boolean {
  return status === 'ACTIVE';
}

/** Whether a restock order must be open. */
export function isOrderDue(
  product: Pick<Product, 'status' | 'reorderPoint'>,
  level: Pick<StockLevel, 'available'>,
): boolean {
  return isReordered(product) && isAtReorderPoint(product, level);
}

/** Whether stock has reached the reorder point. */
export function isAtReorderPoint(
  { reorderPoint }: Pick<Product, 'reorderPoint'>,
  { available }: Pick<StockLevel, 'available'>,
): boolean {
  return available <= reorderPoint;
}

/**
 * The units that may be sold without reading the row first. Selling one unit more would open a restock order, or sell the
 * last unit, which asks for mails. A product that is discontinued has none.
 */
export function optimisticUnits(
  product: Pick<Product, 'status' | 'reorderPoint'>,
  { available, onOrder }: Pick<StockLevel, 'available' | 'onOrder'>,
): number {
  if (product.status === 'DISCONTINUED') return 0;
  const mustStayAbove = onOrder > 0 || !isReordered(product) ? 0 : product.reorderPoint;
  return available - mustStayAbove - 1;
}

/** {@link optimisticUnits} in SQL, for the rows `level` of `stock_level` and `product`. */
export const OPTIMISTIC_UNITS_SQL = `(CASE product.status WHEN 'DISCONTINUED' THEN 0
  ELSE level.on_hand - level.reserved
    - CASE WHEN level.on_order > 0 OR product.status <> 'ACTIVE' THEN 0 ELSE product.reorder_point END - 1 END)`;

/** What caps refused demand. */
type DemandCap = Pick<Product, 'targetLevel'> & Partial<Pick<Product, 'maxRefusedDemand'>>;

/**
 * Units to order: up to the target level, for every unit that sales wait for, and for every unit that was refused since the last
 * order, in whole lots.
 *
 * The order lifts the inventory position (available + on order) above the reorder point, whatever rules are stored.
 * Otherwise its goods would make the next order due, without a sale in between. Only a reorder point far beyond the bounds
 * of `PUT /products/:sku` reaches {@link MAX_ORDER_UNITS} or the capacity of the stock.
 */
export function restockQuantity(
  product: Pick<Product, 'reorderPoint' | 'lotSize'> & DemandCap,
  level: Pick<StockLevel, 'onHand' | 'available' | 'onOrder' | 'waiting' | 'refusedDemand'>,
): number {
  const { lotSize } = product;
  // The cap may have been lowered since the demand was counted.
  const refusedDemand = Math.min(level.refusedDemand, product.maxRefusedDemand ?? MAX_UNITS);
  const needed = fillLevel(product) + level.waiting + refusedDemand - level.available - level.onOrder;
  const quantity = Math.max(1, Math.ceil(needed / lotSize)) * lotSize;
  const room = Math.min(MAX_ORDER_UNITS, MAX_UNITS - level.onHand - level.onOrder);
  if (quantity <= room) return quantity;
  // A full warehouse orders one unit, which will be quarantined: a refused buyer must get an order.
  return Math.max(1, Math.floor(room / lotSize) * lotSize);
}

/** The most refused demand that is kept for the next order, in units. */
export function maxRefusedUnits({ targetLevel, maxRefusedDemand }: DemandCap): number {
  return maxRefusedDemand ?? Math.min(targetLevel * MAX_REFUSED_TARGETS, MAX_UNITS);
}

/**
 * The most units of a SKU that one buyer can ever get: the units that are available and on order, or the units after the
 * largest restock order. A larger refused sale would order more goods each time it is tried, and never be served.
 */
export function maxDeliverableUnits(
  product: Pick<Product, 'reorderPoint'> & DemandCap,
  { available, onOrder }: StockLevel,
): number {
  return Math.max(available + onOrder, fillLevel(product) + maxRefusedUnits(product));
}

/** The inventory position after an order, without refused demand. Always above the reorder point. */
function fillLevel({ reorderPoint, targetLevel }: Pick<Product, 'reorderPoint' | 'targetLevel'>): number {
  return Math.max(targetLevel, reorderPoint + 1);
}
