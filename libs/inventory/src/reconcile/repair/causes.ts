import { type EntityManager } from 'typeorm';
import { type Difference, RULE } from '../invariants.js';
import { missingUnits, type OrderBooks } from './order-repair.js';
import { lostReceipts, receiptCause } from './receipt-causes.js';
import { type SkuFacts } from './sku-repair.js';
import { units } from './sentences.js';
import { levelCause, saleCause } from './stock-causes.js';
import { accountOf } from './stock-repair.js';

/**
 * What a difference of a SKU comes from; null where the books do not tell.
 *
 * @param told notes of earlier repairs of the SKU
 */
export async function causeOf(
  manager: EntityManager,
  { invariant, subject }: Difference,
  facts: SkuFacts,
  told: readonly string[],
): Promise<string | null> {
  const { books, level, orders } = facts;
  const { due } = accountOf(books);
  switch (invariant) {
    case RULE.onHand:
      return books.onHand === due ? movementCause(manager, facts, told) : levelCause(manager, books, due);
    case RULE.sold:
      return saleCause(manager, books, due, told);
    case RULE.received:
      return enteredCause(manager, facts, told);
    case RULE.receipts:
    case RULE.notTooMuch:
      return orderCause(
        manager,
        orders.find(({ id }) => id === subject)!,
      );
    case RULE.oneOpenOrder:
      return 'A second order was written past the unique key of open orders.';
    case RULE.onOrder:
      return level.onOrder === missingUnits(level.sku, orders)
        ? 'It comes from a restock order: its place, or what it received, was altered.'
        : 'The units on order were altered, and no order was.';
    case RULE.reserved:
    case RULE.waiting:
    case RULE.waitingLines:
      return 'The stock level or a waiting line was altered: they change together.';
    case RULE.notNegative:
      return 'The check of the table was lost: it refuses such a row.';
    default:
      return null;
  }
}

/** Why the movements do not add up to the stock, where sales and goods receipts do. */
async function movementCause(
  manager: EntityManager,
  { books }: SkuFacts,
  told: readonly string[],
): Promise<string | null> {
  const { unsold, unreceived, due } = accountOf(books);
  const causes = [
    unsold === 0 ? null : await saleCause(manager, books, due, told),
    unreceived === 0 ? null : await receiptCause(manager, books.sku, unreceived, told),
  ].filter((cause) => cause !== null);
  return causes.length > 0 ? causes.join(' ') : null;
}

async function enteredCause(
  manager: EntityManager,
  { books, received, orders }: SkuFacts,
  told: readonly string[],
): Promise<string | null> {
  const { unreceived } = accountOf(books);
  if (unreceived !== 0) return receiptCause(manager, books.sku, unreceived, told);
  const wrong = orders.find(({ receivedQuantity, receipts }) => receivedQuantity !== receipts);
  return wrong && received !== books.receipts ? alteredOrder(wrong) : null;
}

async function orderCause(manager: EntityManager, order: OrderBooks): Promise<string> {
  const { receivedQuantity, receipts, quantity, sku } = order;
  if (receivedQuantity === receipts) {
    return `Its goods receipts say ${units(receipts)} as well: it was for more than ${quantity}, or too much came.`;
  }
  const lost = await lostReceipts(manager, sku);
  const entered = lost.reduce((sum, receipt) => sum + receipt.entered, 0);
  if (lost.length > 0 && entered === receivedQuantity - receipts) {
    return `A goods receipt was deleted: the movement of ${lost[0]!.id} (${units(lost[0]!.entered)}) is there.`;
  }
  return alteredOrder(order);
}

function alteredOrder({ id, receivedQuantity, receipts }: OrderBooks): string {
  return `Order ${id} says that ${units(receivedQuantity)} came, and its goods receipts say ${receipts}: the order was altered.`;
}
