import { type ResultSetHeader } from 'mysql2';
import { changeText, rowsText, timeText } from '../database/rows.js';
import { MOVEMENT_COLUMNS } from '../stock/stock.service.js';
import { type MadeSale, saleInserts } from './sale-records.js';
import { type SeenSku } from './seen-stock.js';

/** All that a script takes of one SKU, and what its sales believe of the SKU. */
export interface Take extends SeenSku {
  movementId: string;
  sku: string;
  quantity: number;
}

/**
 * The statements of a transaction that sells without having looked. The rows that others want are taken last.
 *
 * @param takes what all of `sales` want, a SKU each, in SKU order: in it the rows are locked
 */
export function saleScript(sales: readonly MadeSale[], takes: readonly Take[], at: Date): string[] {
  const postingId = sales[0]!.sale.id;
  return [
    ...saleInserts(sales, postingId, at).map(changeText),
    takeStatement(takes),
    ledgerStatement(takes, postingId, timeText(at)),
  ];
}

/** How much is left of the last SKU that a script took, by the results of its statements. */
export function unitsLeft(results: readonly unknown[]): number {
  return (results.at(-2) as ResultSetHeader).insertId;
}

/**
 * Nobody can look at a row here and decide, so the row decides: it falls below zero, which its table refuses and
 * everything else in the transaction with it, unless
 * - the product's price and limit are those that the sales were made with,
 * - units stay available: who takes the last one has mails to ask for,
 * - no restock order becomes due: stock stays above the reorder point, or units are on order, so that one is open.
 *
 * MySQL tells what `LAST_INSERT_ID` was last given together with the statement's success, at no cost.
 */
function takeStatement(takes: readonly Take[]): string {
  const rows = takes.map(({ sku, quantity, priceKrw, maxPerSale }) => [sku, quantity, priceKrw, maxPerSale]);
  return `UPDATE (VALUES ${rowsText(rows, 'ROW')}) AS take (sku, quantity, price_krw, max_per_sale)
    STRAIGHT_JOIN stock_level level ON level.sku = take.sku
    STRAIGHT_JOIN product ON product.sku = take.sku
    SET level.on_hand = IF(
      product.price_krw = take.price_krw AND product.max_per_sale = take.max_per_sale
        AND level.on_hand - level.reserved - take.quantity > IF(level.on_order > 0, 0, product.reorder_point),
      LAST_INSERT_ID(level.on_hand - take.quantity),
      -1
    )`;
}

/** After the stock was taken. A SKU without a stock level has no balance, which the ledger refuses. */
function ledgerStatement(takes: readonly Take[], postingId: string, at: string): string {
  const rows = takes.map(({ movementId, sku, quantity }) => [movementId, sku, -quantity, postingId, at]);
  return `INSERT INTO ${MOVEMENT_COLUMNS}
    SELECT take.id, take.sku, take.delta, 'SALE', take.reference, level.on_hand, take.at
    FROM (VALUES ${rowsText(rows, 'ROW')}) AS take (id, sku, delta, reference, at)
    LEFT JOIN stock_level level ON level.sku = take.sku`;
}
