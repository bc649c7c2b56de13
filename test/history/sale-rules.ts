import { type Contradiction, excerptOf, type Rule } from './contradiction.js';
import { type HistoryEnd, type SaleOperation, type StoredSale } from './history.js';
import { momentOfRow, momentsOf } from './moments.js';
import {
  isOutOfStock,
  isRefused,
  isRequestFor,
  isPlaced,
  mayHaveSold,
  type Purchase,
  timeOfSale,
} from './purchases.js';
import { type History } from './read-history.js';

/** Compares the answers to each purchase with each other, and with the rows. */
export function* saleContradictions(history: History): Generator<Contradiction> {
  const { purchases } = history;
  const { rows, omitted } = history.end;
  for (const purchase of purchases.all) {
    yield* answerContradictions(purchase);
    if (rows === 'all') yield* rowContradictions(purchase, history.end);
  }
  yield* repeatedIds(history.storedSales);
  if (omitted > 0) return;
  for (const row of purchases.unrequested) {
    yield {
      rule: 'REQUESTED',
      summary: `Sale ${row.id} is in the tables, and no request asked for it.`,
      excerpt: [momentOfRow(row)],
    };
  }
}

/** Without the rows: compares the answers of one key. */
function* answerContradictions({ operations }: Purchase): Generator<Contradiction> {
  const contradiction = (rule: Rule, summary: string, ...involved: SaleOperation[]): Contradiction => ({
    rule,
    summary,
    excerpt: excerptOf(involved.flatMap(momentsOf)),
  });
  const sold = operations.filter(isPlaced);
  for (const refused of operations.filter(isRefused)) {
    if (refused.answer!.replayed) {
      yield contradiction('REPLAY_MARKED', 'A refusal is marked as a replay.', refused);
    }
  }
  const [first] = sold;
  if (!first) return;
  const different = differentAnswers(sold);
  if (different) yield contradiction('SAME_REPLAY', 'One key got two different answers.', ...different);
  const [fresh, secondFresh] = sold.filter(({ answer }) => !answer!.replayed);
  if (secondFresh) {
    yield contradiction(
      'REPLAY_MARKED',
      'Two answers of one key are not marked as a replay.',
      fresh!,
      secondFresh,
    );
  }
  // A request of the key that began before the replay was answered must have made the sale.
  const orphan = sold.find(
    (replay) =>
      replay.answer!.replayed &&
      !operations.some((other) => mayHaveSold(other) && other.start <= replay.end && other !== replay),
  );
  if (orphan) {
    yield contradiction(
      'REPLAY_MARKED',
      'An answer is marked as a replay, and nothing was sold before it.',
      orphan,
    );
  }
  const answered = sold.reduce((one, other) => (other.end < one.end ? other : one));
  const later = operations.find((other) => isOutOfStock(other) && other.start > answered.end);
  if (later) {
    yield contradiction('STAYS_SOLD', 'A key whose sale was answered was refused later.', answered, later);
  }
}

/** All tell of one sale. The answers of one that waits change with it; those of a confirmed one are all the same. */
function differentAnswers(placed: readonly SaleOperation[]): [SaleOperation, SaleOperation] | undefined {
  const confirmed = placed.filter(({ answer }) => answer!.status === 201);
  const isOther = (of: (operation: SaleOperation) => string | undefined, list: readonly SaleOperation[]) => {
    const other = list.find((one) => of(one) !== of(list[0]!));
    return other && ([list[0]!, other] satisfies [SaleOperation, SaleOperation]);
  };
  return (
    isOther(({ answer }) => answer!.sale?.id, placed) ?? isOther(({ answer }) => answer!.body, confirmed)
  );
}

/** Compares the answers with the rows of the purchase. */
function* rowContradictions(
  purchase: Purchase,
  { omitted, clockErrorMs }: HistoryEnd,
): Generator<Contradiction> {
  const { operations, rows } = purchase;
  const [row, second] = rows;
  for (const sold of operations.filter(isPlaced)) {
    const { sale } = sold.answer!;
    if (!row || (sale && rows.every(({ id }) => id !== sale.id))) {
      yield {
        rule: 'STORED',
        summary: `Sale ${sale?.id ?? ''} was answered ${sold.answer!.status}, and is not in the tables.`,
        excerpt: excerptOf(momentsOf(sold), {
          text: `the tables have no sale ${sale?.id ?? 'of this purchase'}`,
        }),
      };
      break;
    }
    if (
      sale &&
      !isSameSale(
        sale,
        rows.find(({ id }) => id === sale.id)!,
      )
    ) {
      yield {
        rule: 'SAME_SALE',
        summary: `Sale ${sale.id} is in the tables with other content than in its answer.`,
        excerpt: excerptOf(momentsOf(sold), rows.map(momentOfRow)),
      };
      break;
    }
  }
  if (!row) return;
  if (second) {
    yield {
      rule: 'STORED_ONCE',
      summary: `One purchase is ${rows.length} sales in the tables.`,
      excerpt: excerptOf(rows.slice(0, 2).map(momentOfRow), momentsOf(operations[0]!)),
    };
  }
  if (omitted === 0 && operations.every(isRefused)) {
    yield {
      rule: 'REFUSED_NOT_STORED',
      summary: `Sale ${row.id} is in the tables, and every request for it was refused.`,
      excerpt: excerptOf(operations.flatMap(momentsOf), momentOfRow(row)),
    };
  } else if (
    !isRequestFor(row, operations[0]!) ||
    (row.client ?? operations[0]!.client) !== operations[0]!.client
  ) {
    yield {
      rule: 'SAME_SALE',
      summary: `Sale ${row.id} is in the tables with another buyer or other lines than were requested.`,
      excerpt: excerptOf(momentsOf(operations[0]!), momentOfRow(row)),
    };
  }
  const { start, end } = timeOfSale(purchase);
  const createdAt = Date.parse(row.createdAt);
  if (createdAt < start - clockErrorMs || createdAt > end + clockErrorMs) {
    yield {
      rule: 'IN_TIME',
      summary: `Sale ${row.id} was made ${createdAt > end ? 'after its answer' : 'before its request'}.`,
      excerpt: excerptOf(momentOfRow(row), momentsOf(operations.find(isPlaced) ?? operations[0]!)),
    };
  }
}

type AnsweredSale = NonNullable<NonNullable<SaleOperation['answer']>['sale']>;

function isSameSale(told: AnsweredSale, row: StoredSale): boolean {
  const totalKrw = row.lines.reduce((sum, [, quantity, price]) => sum + quantity * price, 0);
  // Equal lines are one object: the reader of the history shares them.
  return (
    told.totalKrw === totalKrw &&
    Date.parse(told.createdAt) === Date.parse(row.createdAt) &&
    (told.lines === row.lines || JSON.stringify(told.lines) === JSON.stringify(row.lines))
  );
}

function* repeatedIds(rows: readonly StoredSale[]): Generator<Contradiction> {
  const seen = new Map<string, StoredSale>();
  for (const row of rows) {
    const other = seen.get(row.id);
    seen.set(row.id, row);
    if (!other) continue;
    yield {
      rule: 'STORED_ONCE',
      summary: `Two sales in the tables have the id ${row.id}.`,
      excerpt: excerptOf(momentOfRow(other), momentOfRow(row)),
    };
  }
}
