import { type EntityManager } from 'typeorm';
import { isClosed } from '../../restock/restock-order-transitions.js';
import { type RestockOrderStatus } from '../../restock/restock-order.entity.js';
import { type StockLevel } from '../../stock/stock-level.entity.js';
import { type CorrectedValues, type RepairCorrection } from './repair-plan.js';

/** A restock order beside the goods receipts that are stored for it. */
export interface OrderBooks {
  id: string;
  sku: string;
  status: RestockOrderStatus;
  quantity: number;
  receivedQuantity: number;
  openSku: string | null;
  /** Units of its goods receipts. */
  receipts: number;
}

/** The orders of a SKU, and any order of another one that stands in its place. */
export async function ordersOf(manager: EntityManager, sku: string): Promise<OrderBooks[]> {
  const rows = await manager.query<OrderBooks[]>(
    `SELECT restock.id AS id, restock.sku AS sku, restock.status AS status, restock.quantity AS quantity,
        restock.received_quantity AS receivedQuantity, restock.open_sku AS openSku,
        (SELECT COALESCE(SUM(receipt.quantity), 0) FROM goods_receipt receipt
          WHERE receipt.restock_order_id = restock.id) AS receipts
      FROM restock_order restock WHERE restock.sku = ? OR restock.open_sku = ? ORDER BY restock.id`,
    [sku, sku],
  );
  return rows.map((row) => ({ ...row, receipts: Number(row.receipts) }));
}

/** Whether more than one order of the SKU is open. */
export function hasRivals(sku: string, orders: readonly OrderBooks[]): boolean {
  return openOrders(sku, orders).length > 1;
}

/**
 * What no movement can express. Goods receipts are facts, and so is the status of an order:
 * - an order has received what its goods receipts say;
 * - the one open order of a SKU stands in its place (`open_sku`), and no closed one;
 * - what open orders miss is on order. Where two are open, that of both, so that a person can cancel either.
 */
export function orderCorrections(
  { sku, onOrder }: Pick<StockLevel, 'sku' | 'onOrder'>,
  orders: readonly OrderBooks[],
): RepairCorrection[] {
  const hold = hasRivals(sku, orders) || orders.some((order) => order.sku !== sku);
  const corrections = orders
    .filter((order) => order.sku === sku)
    .map((order) =>
      correction('restock_order', order.id, {
        receivedQuantity: [order.receivedQuantity, order.receipts],
        openSku: [order.openSku, placeOf(order, hold)],
      }),
    );
  const missing = missingUnits(sku, orders);
  if (missing >= 0) corrections.push(correction('stock', sku, { onOrder: [onOrder, missing] }));
  return corrections.filter(({ newValues }) => Object.keys(newValues).length > 0);
}

/** What the open orders of a SKU still miss; below zero where one received more than was ordered. */
export function missingUnits(sku: string, orders: readonly OrderBooks[]): number {
  return openOrders(sku, orders).reduce((sum, { quantity, receipts }) => sum + quantity - receipts, 0);
}

/** @param hold whether an open order stays where it is: its place is taken, or it is not clear whose it is */
function placeOf({ sku, status, openSku }: OrderBooks, hold: boolean): string | null {
  if (isClosed(status)) return null;
  return hold ? openSku : sku;
}

function openOrders(sku: string, orders: readonly OrderBooks[]): OrderBooks[] {
  return orders.filter((order) => order.sku === sku && !isClosed(order.status));
}

/** @param values each with what it is and what it should be; those that are right are left out */
export function correction(
  subjectType: RepairCorrection['subjectType'],
  subjectId: string,
  values: { [Name in keyof CorrectedValues]?: readonly [CorrectedValues[Name], CorrectedValues[Name]] },
): RepairCorrection {
  const wrong = Object.entries(values).filter(([, [is, shouldBe]]) => is !== shouldBe);
  const part = (index: 0 | 1) => Object.fromEntries(wrong.map(([name, pair]) => [name, pair[index]]));
  return { subjectType, subjectId, oldValues: part(0), newValues: part(1) };
}
