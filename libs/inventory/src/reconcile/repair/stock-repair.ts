import { type SkuBooks } from '../sku-books.js';
import { type RepairMovement } from './repair-plan.js';
import { units } from './sentences.js';

/** The books of a SKU with the goods receipts in place of what its restock orders say of them. */
export type StockFacts = Omit<SkuBooks, 'received'> & { receipts: number };

/**
 * The movements that mend the stock of a SKU.
 *
 * Stored sales and goods receipts are facts. What is on the shelf is unknown. By the facts, this is on hand: `due`, the movements
 * with those of sales and of goods receipts put right. A repair never raises what can be bought: of two numbers it believes the
 * lower one, and a person who has counted adjusts the stock.
 *
 * | the stock is ...                    | for example                         | the stock becomes | the ledger gets                                     |
 * | ----------------------------------- | ----------------------------------- | ----------------- | --------------------------------------------------- |
 * | `due`, and not its movements        | a movement was deleted or altered   | as it is          | corrections                                         |
 * | its movements, and more than `due`  | a line was raised, a receipt lost   | `due`             | corrections, which move the stock                   |
 * | its movements, and less than `due`  | a line or a sale was deleted        | as it is          | corrections, and what takes their units off again   |
 * | neither, and more than `due`        | the level was raised                | `due`             | corrections, the level as found, and what lowers it |
 * | neither, and less than `due`        | the level was lowered               | as it is          | corrections, and the level as found                 |
 * | below zero, or `due` is             | more was sold than there ever was   | 0                 | the same, down or up to 0                           |
 */
export function stockMovements(books: StockFacts): RepairMovement[] {
  const { onHand, moved } = books;
  const { unsold, unreceived, due } = accountOf(books);
  const target = Math.max(0, Math.min(onHand, due));
  const movesStock = onHand === moved && target === due;
  const corrections = [
    { delta: unsold, corrects: 'SALE' as const, movesStock, note: saleNote(unsold) },
    { delta: unreceived, corrects: 'GOODS_RECEIPT' as const, movesStock, note: receiptNote(unreceived) },
    // What adds units comes first: the stock is not below zero in between.
  ].sort((a, b) => b.delta - a.delta);
  const rest = movesStock ? [] : levelMovements(onHand, due, target);
  return [...corrections, ...rest].filter(({ delta }) => delta !== 0);
}

/** What the ledger lacks by the facts, and what is on hand by them. */
export function accountOf({ moved, sold, soldMoved, receipts, receivedMoved }: StockFacts) {
  const unsold = soldMoved - sold;
  const unreceived = receipts - receivedMoved;
  return { unsold, unreceived, due: moved + unsold + unreceived };
}

/** Tells the ledger of the stock as it was found, and moves both from there. */
function levelMovements(onHand: number, due: number, target: number): RepairMovement[] {
  const found = onHand - due;
  const side = found > 0 ? 'above' : 'below';
  return [
    plain(found, false, `repair: stock found ${units(found)} ${side} the books`),
    plain(target - onHand, true, 'repair: stock set to the books, until it is counted'),
  ];
}

function plain(delta: number, movesStock: boolean, note: string): RepairMovement {
  return { delta, corrects: null, movesStock, note };
}

function saleNote(delta: number): string {
  return delta < 0
    ? `repair: ${units(delta)} sold without a movement`
    : `repair: ${units(delta)} taken by movements of sales, without a sale`;
}

function receiptNote(delta: number): string {
  return delta > 0
    ? `repair: ${units(delta)} received without a movement`
    : `repair: ${units(delta)} added by movements of goods receipts, without a receipt`;
}
