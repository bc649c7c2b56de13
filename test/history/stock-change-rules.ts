import { type Contradiction, excerptOf } from './contradiction.js';
import { momentsOfChange } from './moments.js';
import { type History } from './read-history.js';
import { isAccepted } from './sku-stock.js';

/** Compares the requests for changes of stock with the changes in the tables. */
export function* stockChangeContradictions(history: History): Generator<Contradiction> {
  if (history.end.rows !== 'all') return;
  const stored = Map.groupBy(history.storedStockChanges, ({ reference }) => reference);
  const requests = Map.groupBy(history.stockChanges, ({ reference }) => reference);
  for (const [reference, rows] of stored) {
    const found = rows.map(({ type, delta, sku }) => ({
      text: `the tables have ${type} ${delta} of ${sku}`,
    }));
    if (rows.length > 1) {
      yield {
        rule: 'CHANGED_ONCE',
        summary: `The change of stock ${reference} was applied ${rows.length} times.`,
        excerpt: excerptOf(found, (requests.get(reference) ?? []).flatMap(momentsOfChange)),
      };
    }
    // A return is asked for by a cancellation, which histories do not have.
    const isAskedFor = requests.has(reference) || rows[0]!.type === 'stored-return';
    if (!isAskedFor && history.end.omitted === 0) {
      yield {
        rule: 'CHANGE_REQUESTED',
        summary: `The change of stock ${reference} is in the tables, and no request asked for it.`,
        excerpt: found,
      };
    }
  }
  for (const [reference, operations] of requests) {
    const accepted = operations.find(({ answer }) => isAccepted(answer));
    if (!accepted || stored.has(reference) || history.deadLetters.has(reference)) continue;
    yield {
      rule: 'CHANGE_APPLIED',
      summary: `The change of stock ${reference} was accepted, and is neither in the tables nor a dead letter.`,
      excerpt: excerptOf(momentsOfChange(accepted), { text: 'the tables have no such change' }),
    };
  }
}
