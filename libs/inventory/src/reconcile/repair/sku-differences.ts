import { isClosed } from '../../restock/restock-order-transitions.js';
import { type Difference, differencesOf, RULE } from '../invariants.js';
import { bookDifferences } from '../sku-books.js';
import { type OrderBooks } from './order-repair.js';
import { type SkuFacts } from './sku-repair.js';

const WAITLIST_RULES = [
  [RULE.reserved, 'reserved'],
  [RULE.waiting, 'waiting'],
  [RULE.waitingLines, 'waitingLines'],
] as const;

/** The differences of one SKU and its orders, as a reconcile finds them and in its order. */
export function skuDifferences({ level, books, received, orders, waitlist }: SkuFacts): Difference[] {
  const { sku, onHand, onOrder } = level;
  const own = orders.filter((order) => order.sku === sku);
  const open = own.filter(({ status }) => !isClosed(status)).length;
  const missing = orders
    .filter(({ openSku }) => openSku === sku)
    .reduce((sum, { quantity, receivedQuantity }) => sum + quantity - receivedQuantity, 0);
  return [
    ...(onHand < 0 ? one(RULE.notNegative, sku, '>= 0', onHand) : []),
    ...own.flatMap(receiptDifferences),
    ...own.flatMap(quantityDifferences),
    ...(open > 1 ? one(RULE.oneOpenOrder, sku, 1, open) : []),
    ...(missing === onOrder ? [] : one(RULE.onOrder, sku, missing, onOrder)),
    ...WAITLIST_RULES.flatMap(([rule, name]) =>
      waitlist[name] === level[name] ? [] : one(rule, sku, waitlist[name], level[name]),
    ),
    ...bookDifferences({ ...books, received }),
  ];
}

function receiptDifferences({ id, receipts, receivedQuantity }: OrderBooks): Difference[] {
  return receipts === receivedQuantity ? [] : one(RULE.receipts, id, receipts, receivedQuantity);
}

function quantityDifferences({ id, quantity, receivedQuantity }: OrderBooks): Difference[] {
  return receivedQuantity <= quantity ? [] : one(RULE.notTooMuch, id, quantity, receivedQuantity);
}

function one(
  invariant: string,
  subject: string,
  expected: string | number,
  actual: string | number,
): Difference[] {
  return differencesOf(invariant, [{ subject, expected, actual }]);
}
