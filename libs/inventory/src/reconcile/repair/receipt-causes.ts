import { type EntityManager } from 'typeorm';
import { sentences, units } from './sentences.js';

/** The most goods receipts that are looked at. */
const SEARCHED_RECEIPTS = 50;

interface Receipt {
  id: string;
  received: number;
  /** By its movement. */
  entered: number;
  movements: number;
}

/**
 * Which goods receipts and movements of a SKU do not agree.
 *
 * @param missing units that were received and did not enter the stock; below zero for the reverse
 * @param told by earlier repairs: the receipts that they name are mended
 * @returns null when the rows do not explain all of it
 */
export async function receiptCause(
  manager: EntityManager,
  sku: string,
  missing: number,
  told: readonly string[],
): Promise<string | null> {
  const found = [...(await unmovedReceipts(manager, sku)), ...(await lostReceipts(manager, sku))];
  const receipts = found.filter(({ id }) => !told.some((note) => note.includes(id)));
  const sum = receipts.reduce((units, { received, entered }) => units + received - entered, 0);
  return sum === missing ? sentences(receipts.map(causeOf)) : null;
}

/** Movements of goods of which no receipt of a stored order is left. */
export async function lostReceipts(manager: EntityManager, sku: string): Promise<Receipt[]> {
  return receiptsOf(
    manager,
    `SELECT movement.reference AS id, 0 AS received, movement.delta AS entered, 1 AS movements
      FROM stock_movement movement
      LEFT JOIN goods_receipt receipt ON receipt.id = movement.reference
      LEFT JOIN restock_order restock ON restock.id = receipt.restock_order_id
      WHERE movement.sku = ? AND movement.reason = 'GOODS_RECEIPT' AND restock.id IS NULL`,
    sku,
  );
}

/** A receipt and its movement were written at one time, by which the movement is found in its index. */
async function unmovedReceipts(manager: EntityManager, sku: string): Promise<Receipt[]> {
  return receiptsOf(
    manager,
    `SELECT receipt.id AS id, receipt.quantity AS received, COALESCE(movement.delta, 0) AS entered,
        CASE WHEN movement.id IS NULL THEN 0 ELSE 1 END AS movements
      FROM restock_order restock JOIN goods_receipt receipt ON receipt.restock_order_id = restock.id
      LEFT JOIN stock_movement movement ON movement.sku = restock.sku AND movement.created_at = receipt.received_at
        AND movement.reference = receipt.id AND movement.reason = 'GOODS_RECEIPT'
      WHERE restock.sku = ? AND (movement.id IS NULL OR movement.delta <> receipt.quantity)`,
    sku,
  );
}

async function receiptsOf(manager: EntityManager, sql: string, sku: string): Promise<Receipt[]> {
  const rows = await manager.query<Record<keyof Receipt, string | number>[]>(
    `${sql} ORDER BY id LIMIT ${SEARCHED_RECEIPTS}`,
    [sku],
  );
  return rows.map(({ id, received, entered, movements }) => ({
    id: String(id),
    received: Number(received),
    entered: Number(entered),
    movements: Number(movements),
  }));
}

function causeOf({ id, received, entered, movements }: Receipt): string {
  if (received === 0) {
    return `Goods receipt ${id} (${units(entered)}), or its order, was deleted: its movement is there.`;
  }
  return movements === 0
    ? `The movement of goods receipt ${id} (${units(received)}) was deleted, or has become another.`
    : `The movement of goods receipt ${id} says ${units(entered)} in place of ${units(received)}: it was altered.`;
}
