import { type Product } from '../product/product.entity.js';
import { type StockLevel } from '../stock/stock-level.entity.js';
import { MAX_UNITS } from '../stock/stock-limits.js';

/** The most units of one restock order: the factory's callback must be able to name them. */
export const MAX_ORDER_UNITS = 999_999_999;

/**
 * Refused demand counts up to this many times the target level. Beyond it is no forecast: anybody can be refused as
 * often as they like, and must not be able to order a factory full of goods.
 */
const MAX_REFUSED_TARGETS = 10;

/** Whether stock has reached the reorder point, so that a restock order must be open. */
export function isAtReorderPoint(
  { reorderPoint }: Pick<Product, 'reorderPoint'>,
  { available }: Pick<StockLevel, 'available'>,
): boolean {
  return available <= reorderPoint;
}

/**
 * The units that may be sold without reading the row first. Selling one unit more would open a restock order, or sell the
 * last unit, which asks for mails.
 */
export function optimisticUnits(
  product: Pick<Product, 'reorderPoint'>,
  { available, onOrder }: Pick<StockLevel, 'available' | 'onOrder'>,
): number {
  const mustStayAbove = onOrder > 0 ? 0 : product.reorderPoint;
  return available - mustStayAbove - 1;
}

/** {@link optimisticUnits} in SQL, for the rows `level` of `stock_level` and `product`. */
export const OPTIMISTIC_UNITS_SQL =
  '(level.on_hand - level.reserved - CASE WHEN level.on_order > 0 THEN 0 ELSE product.reorder_point END - 1)';

/**
 * Units to order: up to the target level and for every unit that was refused since the last order, in whole lots.
 *
 * The order lifts the position (available + on order) above the reorder point, whatever rules are stored. Otherwise
 * its goods would make the next order due, without a sale in between. Only a reorder point that is beyond the bounds
 * of `PUT /products/:sku` by far meets {@link MAX_ORDER_UNITS} or what the stock can hold.
 */
export function restockQuantity(
  product: Pick<Product, 'reorderPoint' | 'targetLevel' | 'lotSize'>,
  level: StockLevel,
): number {
  const { lotSize } = product;
  const needed = fillLevel(product) + level.refusedDemand - level.available - level.onOrder;
  const quantity = Math.max(1, Math.ceil(needed / lotSize)) * lotSize;
  const room = Math.min(MAX_ORDER_UNITS, MAX_UNITS - level.onHand - level.onOrder);
  if (quantity <= room) return quantity;
  // A full warehouse orders one unit: a refused buyer must be told of an order, and its goods are quarantined.
  return Math.max(1, Math.floor(room / lotSize) * lotSize);
}

/** The most refused demand that is kept for the next order, in units. */
export function mostRefusedUnits({ targetLevel }: Pick<Product, 'targetLevel'>): number {
  return Math.min(targetLevel * MAX_REFUSED_TARGETS, MAX_UNITS);
}

/**
 * The most units that one buyer can ever get of a SKU: what is there and on order, or what an order fills the stock up
 * to. A larger refused sale would order a lot more each time it is tried, and never be served.
 */
export function mostDeliverableUnits(
  product: Pick<Product, 'reorderPoint' | 'targetLevel'>,
  { available, onOrder }: StockLevel,
): number {
  return Math.max(available + onOrder, fillLevel(product) + mostRefusedUnits(product));
}

/** What an order fills the position up to, before refused demand is added. Always above the reorder point. */
function fillLevel({ reorderPoint, targetLevel }: Pick<Product, 'reorderPoint' | 'targetLevel'>): number {
  return Math.max(targetLevel, reorderPoint + 1);
}
