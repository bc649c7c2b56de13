import { type Contradiction, factCount } from './contradiction.js';
import { isPlaced } from './purchases.js';
import { type History } from './read-history.js';
import { saleContradictions } from './sale-rules.js';
import { stockChangeContradictions } from './stock-change-rules.js';
import { stockContradictions } from './stock-rules.js';
import { waitContradictions } from './wait-rules.js';

/** The verdict on a history. */
export interface HistoryCheck {
  operations: number;
  /** Purchases that were answered 201 or 202. */
  sales: number;
  /** Sales in the tables, where the history has their rows. */
  storedSales: number;
  /** The contradiction with the fewest facts is the first. */
  contradictions: Contradiction[];
}

/** The check of one kind ends after so many: an excerpt may read the whole history. */
const MAX_CONTRADICTIONS = 100;

/** Checks a history against all rules, in O(n log n). */
export function checkHistory(history: History): HistoryCheck {
  const { purchases } = history;
  const contradictions: Contradiction[] = [];
  for (const found of [
    saleContradictions(history),
    stockChangeContradictions(history),
    stockContradictions(history),
    waitContradictions(history),
  ]) {
    let count = 0;
    for (const contradiction of found) {
      contradictions.push(contradiction);
      count += 1;
      if (count === MAX_CONTRADICTIONS) break;
    }
  }
  contradictions.sort((one, other) => factCount(one) - factCount(other));
  return {
    operations: history.end.operations,
    sales: purchases.all.filter(({ operations }) => operations.some(isPlaced)).length,
    storedSales: history.storedSales.length,
    contradictions,
  };
}
