import { type Contradiction, excerptOf, type Moment } from './contradiction.js';
import { type LineOf, type SaleOperation, type StoredStockChange } from './history.js';
import { momentOfRow, momentsOf, momentsOfChange } from './moments.js';
import { isOutOfStock } from './purchases.js';
import { type History } from './read-history.js';
import { type Change, type SkuStock, stocksOf } from './sku-stock.js';

/** Compares the sales and refusals of each SKU with its stock over time. */
export function* stockContradictions(history: History): Generator<Contradiction> {
  const stocks = stocksOf(history);
  for (const stock of stocks.values()) yield* oversold(stock);
  // Of a request that was left out only a row could tell.
  if (history.end.rows === 'none' && history.end.omitted > 0) return;
  for (const [sku, stock] of stocks) {
    const closing = history.closing.get(sku);
    if (!closing) continue;
    yield* differentAtTheEnd(stock, closing, history.end.rows === 'all');
    if (closing.sold && history.end.rows === 'none') {
      yield* differentCount(stock, closing.sold);
      yield* differentFills(stock, closing.filled ?? 0);
    }
  }
  for (const operation of history.sales) {
    if (isOutOfStock(operation)) yield* wrongRefusals(operation, stocks);
  }
}

const CHANGE_NAMES = {
  'stored-adjustment': 'adjustment',
  'stored-goods-receipt': 'goods receipt',
  'stored-return': 'return',
} as const;

function momentsOfSource({ source }: Change): Moment[] {
  if ('operations' in source) return source.operations.flatMap(momentsOf);
  if ('changes' in source) return source.changes.flatMap(momentsOfChange);
  return [source.type === 'stored-sale' ? momentOfRow(source) : { text: changeText(source) }];
}

function changeText({ type, sku, delta, reference }: StoredStockChange): string {
  return `${CHANGE_NAMES[type]} ${reference}: ${delta} of ${sku}`;
}

function* oversold(stock: SkuStock): Generator<Contradiction> {
  const time = stock.upper.firstNegative();
  if (time === undefined) return;
  const { sku } = stock.opening;
  const isTooMuch = ({ delta, end }: Change) => delta < 0 && end === time;
  const isBefore = ({ delta, start, end }: Change) => (delta < 0 ? end < time : start <= time);
  yield {
    rule: 'NOT_OVERSOLD',
    summary: `More units of ${sku} were sold than were there.`,
    excerpt: excerptOf(
      stock.openingMoment(),
      stock.summaryMoment(time - 1, isBefore, 'answered before'),
      stock.changes.filter(isTooMuch).slice(0, 3).flatMap(momentsOfSource),
    ),
  };
}

function* differentAtTheEnd(
  stock: SkuStock,
  closing: LineOf<'closing'>,
  hasRows: boolean,
): Generator<Contradiction> {
  const { sku, onHand } = stock.opening;
  const total = (isCounted: (change: Change) => boolean) =>
    stock.changes
      .filter((change) => change.kind !== 'UNFILLED' && isCounted(change))
      .reduce((sum, { delta }) => sum + delta, 0);
  const least = onHand + total(() => true);
  // Without rows, a request with an unknown outcome may have sold nothing.
  const most = hasRows ? least : onHand + total(({ delta, end }) => delta > 0 || end !== Infinity);
  if (closing.onHand >= least && closing.onHand <= most) return;
  yield {
    rule: 'STOCK_AGREES',
    summary: `${closing.onHand} of ${sku} are on hand after the run instead of ${rangeText(least, most)}.`,
    excerpt: [
      stock.openingMoment(),
      stock.summaryMoment(Infinity, () => true, 'during the run'),
      { text: `${closing.onHand} on hand after the run` },
    ].map(({ text, facts }) => ({ text, ...(facts !== undefined && { facts }) })),
  };
}

/** Where there are no rows, their number must be right: a request with an unknown outcome may be one of them. */
function* differentCount(
  stock: SkuStock,
  stored: { sales: number; units: number },
): Generator<Contradiction> {
  const counted = { sales: [0, 0], units: [0, 0] };
  for (const { source, end, delta, kind: wait } of stock.changes) {
    if (!('operations' in source) || wait === 'FILLED' || wait === 'UNFILLED') continue;
    const isAnswered = end !== Infinity && wait !== 'EITHER';
    for (const [kind, count] of [
      ['sales', 1],
      ['units', -delta],
    ] as const) {
      if (isAnswered) counted[kind][0]! += count;
      counted[kind][1]! += count;
    }
  }
  for (const kind of ['sales', 'units'] as const) {
    const [least, most] = counted[kind] as [number, number];
    if (stored[kind] >= least && stored[kind] <= most) continue;
    const { sku } = stock.opening;
    yield {
      rule: 'COUNT_AGREES',
      summary: `The tables have ${stored[kind]} ${kind} of ${sku} instead of ${rangeText(least, most)}.`,
      excerpt: [
        {
          text: `${least} ${kind} of ${sku} were answered 201, ${most - least} more have an unknown outcome`,
        },
        { text: `the tables have ${stored[kind]} ${kind} of ${sku}` },
      ],
    };
    return;
  }
}

/** Likewise the units of the sales that were filled after they had waited. */
function* differentFills(stock: SkuStock, filled: number): Generator<Contradiction> {
  let least = 0;
  let most = 0;
  for (const { end, delta, kind } of stock.changes) {
    if (kind !== 'FILLED' && kind !== 'EITHER') continue;
    most -= delta;
    if (kind === 'FILLED' && end !== Infinity) least -= delta;
  }
  if (filled >= least && filled <= most) return;
  const { sku } = stock.opening;
  yield {
    rule: 'COUNT_AGREES',
    summary: `${filled} units of ${sku} left the stock for sales that had waited instead of ${rangeText(least, most)}.`,
    excerpt: [
      {
        text: `sales that had waited for ${least} units of ${sku} were seen filled, and ${most - least} more may be`,
      },
      { text: `${filled} units of ${sku} left the stock for such sales` },
    ],
  };
}

function rangeText(least: number, most: number): string {
  return least === most ? String(least) : `${least} to ${most}`;
}

function* wrongRefusals(
  operation: SaleOperation,
  stocks: ReadonlyMap<string, SkuStock>,
): Generator<Contradiction> {
  const { start, end, lines, answer } = operation;
  const short = answer!.shortages && new Map(answer!.shortages);
  const concerned = lines.filter(([sku]) => stocks.has(sku) && (short?.has(sku) ?? true));
  // A line of a SKU without an opening may always have been short.
  if (!short && concerned.length < lines.length) return;
  const least = new Map(concerned.map(([sku]) => [sku, stocks.get(sku)!.lower.minimum(start, end)]));
  const there = concerned.filter(([sku, quantity]) => least.get(sku)! >= quantity);
  // One short line refuses the sale. Where the answer names the short lines, each of them must be one.
  if (short ? there.length > 0 : there.length === lines.length) {
    yield {
      rule: 'REFUSED_WITHOUT_STOCK',
      summary: `A request was refused, and ${there.map(([sku]) => `at least ${least.get(sku)} of ${sku}`).join(' and ')} were there from its start to its end.`,
      excerpt: stockExcerpt(
        operation,
        there.map(([sku]) => stocks.get(sku)!),
      ),
    };
    return;
  }
  for (const [sku, told] of short ?? []) {
    const stock = stocks.get(sku);
    if (!stock) continue;
    const most = stock.upper.maximum(start, end);
    if (told >= least.get(sku)! && told <= most) continue;
    yield {
      rule: 'TRUE_SHORTAGE',
      summary: `A refusal told of ${told} units of ${sku}, when ${rangeText(least.get(sku)!, most)} were there.`,
      excerpt: stockExcerpt(operation, [stock]),
    };
    return;
  }
}

/** The least that was there during the request: what was there before the run, and all that may have been taken since. */
function stockExcerpt(operation: SaleOperation, stocks: readonly SkuStock[]): Moment[] {
  const { start, end } = operation;
  return excerptOf(
    ...stocks.map((stock) => [
      stock.openingMoment(),
      stock.summaryMoment(
        start - 1,
        (change) => (change.delta < 0 ? change.start <= end : change.end < end),
        `${stock.opening.sku} until the answer, at the most`,
      ),
    ]),
    momentsOf(operation),
  );
}
