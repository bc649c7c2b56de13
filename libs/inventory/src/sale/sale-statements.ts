import { type ResultSetHeader } from 'mysql2';
import { changeText, type Insert, tableValueText, timeText } from '../database/rows.js';
import { OPTIMISTIC_UNITS_SQL } from '../restock/restock-rules.js';
import { MOVEMENT_COLUMNS } from '../stock/stock.service.js';
import { type NewSale, saleInserts } from './stored-sales.js';
import { type CachedSku } from './stock-cache.js';

/** The units that a batch deducts from one SKU, with the price and rules that its sales assume. */
export interface StockDeduction extends CachedSku {
  movementId: string;
  sku: string;
  quantity: number;
}

/**
 * The statements of an optimistic transaction. The rows that other transactions want are changed last.
 *
 * @param deductions one for each SKU of `sales`, in SKU order: the order in which rows are locked
 * @param announcement what tells the shop's own systems of the sales
 * @param purchases what counts the units of customers: see {@link purchaseStatements}
 */
export function saleStatements(
  sales: readonly NewSale[],
  deductions: readonly StockDeduction[],
  at: Date,
  announcement: readonly Insert[],
  purchases: readonly string[],
): string[] {
  const postingId = sales[0]!.sale.id;
  return [
    ...[...saleInserts(sales, postingId, at), ...announcement].map(changeText),
    ...purchases,
    deductStatement(deductions),
    ledgerStatement(deductions, postingId, timeText(at)),
  ];
}

/** The units on hand that remain of the last SKU in `deductions`, from the results of the statements. */
export function unitsLeft(results: readonly unknown[]): number {
  return (results.at(-2) as ResultSetHeader).insertId;
}

/**
 * The row decides, because the batch did not read it. The statement sets the row below zero, which the table's check
 * refuses together with the whole transaction, unless
 * - the product's price, limits and sale window are those that the sales assume,
 * - the deduction is within the optimistic units: no restock order becomes due, and it is not the last unit.
 *
 * `LAST_INSERT_ID` returns the remaining units with the statement's result, without another query.
 */
function deductStatement(deductions: readonly StockDeduction[]): string {
  const rows = deductions.map(({ sku, quantity, priceKrw, maxPerSale, salesFrom, salesUntil, ...limit }) => [
    ...[sku, quantity, priceKrw, maxPerSale],
    ...[salesFrom, salesUntil].map((time) => time && timeText(time)),
    ...[limit.maxPerCustomer, limit.customerWindowSeconds],
  ]);
  const columns =
    'sku, quantity, price_krw, max_per_sale, sales_from, sales_until, max_per_customer, customer_window_seconds';
  return `UPDATE (VALUES ${tableValueText(rows)}) AS deduction (${columns})
    STRAIGHT_JOIN stock_level level ON level.sku = deduction.sku
    STRAIGHT_JOIN product ON product.sku = deduction.sku
    SET level.on_hand = IF(
      product.price_krw = deduction.price_krw AND product.max_per_sale = deduction.max_per_sale
        AND product.sales_from <=> CAST(deduction.sales_from AS DATETIME(3))
        AND product.sales_until <=> CAST(deduction.sales_until AS DATETIME(3))
        AND product.max_per_customer <=> deduction.max_per_customer
        AND product.customer_window_seconds <=> deduction.customer_window_seconds
        AND deduction.quantity <= ${OPTIMISTIC_UNITS_SQL},
      LAST_INSERT_ID(level.on_hand - deduction.quantity),
      -1
    )`;
}

/** Runs after the deduction. A SKU without a stock level has a balance of NULL, which the ledger refuses. */
function ledgerStatement(deductions: readonly StockDeduction[], postingId: string, at: string): string {
  const rows = deductions.map(({ movementId, sku, quantity }) => [movementId, sku, -quantity, postingId, at]);
  return `INSERT INTO ${MOVEMENT_COLUMNS}
    SELECT deduction.id, deduction.sku, deduction.delta, 'SALE', deduction.reference, level.on_hand, deduction.at
    FROM (VALUES ${tableValueText(rows)}) AS deduction (id, sku, delta, reference, at)
    LEFT JOIN stock_level level ON level.sku = deduction.sku`;
}
