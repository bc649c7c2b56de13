import { type Difference, RULE } from '../invariants.js';
import { hasRivals, missingUnits, type OrderBooks } from './order-repair.js';
import { holdsTooMuch, type SkuFacts } from './sku-repair.js';
import { stockMovements } from './stock-repair.js';

/** Of differences that no repair mends: what they come from, and why a person has to decide. */
const BY_A_PERSON: Record<string, { cause: string | null; decision: string }> = {
  [RULE.saleHasLines]: {
    cause: 'Its lines were deleted: a sale is written together with them.',
    decision:
      'What was sold, and for how much, is no longer stored. Restore the lines from a backup, or delete the sale.',
  },
  [RULE.lineHasSale]: {
    cause: 'The sale was deleted: it is written together with its lines.',
    decision:
      'Whose sale it was is no longer stored. Its units count as sold. Restore the sale from a backup, or delete the line.',
  },
  [RULE.oneSaleAKey]: {
    cause: 'The unique index uq_sale_idempotency_key was lost.',
    decision: 'Both sales took their units. Ask the buyer which was meant, and create the index again.',
  },
  [RULE.nobodyWaits]: {
    cause: null,
    decision: 'Nothing is damaged: the worker gives the units to those who wait when it is up again.',
  },
  [RULE.waitingSales]: {
    cause: 'A sale or its lines were altered or deleted: they change together.',
    decision:
      'Whether the buyer still waits is no longer stored. Ask the buyer, or restore both from a backup.',
  },
  [RULE.filled]: {
    cause: 'The movement of sales that were filled was deleted or altered, or one of their lines was.',
    decision: 'The stock is mended by its own difference. Restore the movement or the line from a backup.',
  },
  [RULE.returned]: {
    cause: 'The movement of a cancelled sale was deleted or altered, or its returned line was.',
    decision: 'The stock is mended by its own difference. Restore the movement or the line from a backup.',
  },
  [RULE.outbox]: {
    cause: null,
    decision: 'Nothing is damaged: it is sent when the worker and the queue are up again.',
  },
  [RULE.deadline]: {
    cause: null,
    decision: 'Nothing is damaged: the alert comes when the worker is up again.',
  },
};

/** Whether no repair of a SKU mends a difference. */
export function isForPerson({ invariant }: Difference): boolean {
  return invariant in BY_A_PERSON;
}

export function decisionByPerson({ invariant }: Difference): { cause: string | null; decision: string } {
  return (
    BY_A_PERSON[invariant] ?? {
      cause: null,
      decision: 'Its product is not stored: restore it from a backup.',
    }
  );
}

/** Why a repair of its SKU does not mend a difference; null when it does. */
export function openQuestion({ invariant, subject }: Difference, facts: SkuFacts): string | null {
  const { level, orders, books } = facts;
  switch (invariant) {
    case RULE.oneOpenOrder:
      return 'Each may be with the factory. Cancel the one that is not to be made (POST /restock-orders/{id}/cancel), and repair again.';
    case RULE.notTooMuch: {
      const order = orders.find(({ id }) => id === subject);
      return order && order.receipts > order.quantity
        ? 'Goods receipts are facts, and so are orders: whether too much came, or the order was altered, is for a person to say.'
        : null;
    }
    case RULE.onOrder:
      return orderQuestion(level.sku, orders);
    case RULE.onHand:
    case RULE.sold:
    case RULE.received:
      return holdsTooMuch(stockMovements(books)) ? 'No movement holds so many units.' : null;
    default:
      return null;
  }
}

function orderQuestion(sku: string, orders: readonly OrderBooks[]): string | null {
  if (hasRivals(sku, orders))
    return 'More than one order is open: all of them count, until a person has cancelled the others.';
  const intruder = orders.find((order) => order.sku !== sku);
  if (intruder) {
    return `Order ${intruder.id} of ${intruder.sku} stands in its place: once that is repaired, repair again.`;
  }
  return missingUnits(sku, orders) < 0
    ? 'An open order received more than was ordered, and is for a person to decide.'
    : null;
}
