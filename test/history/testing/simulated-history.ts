import { SeededRandom } from '../../../apps/factory/src/random.js';
import {
  HISTORY_VERSION,
  type HistoryLine,
  type SaleOperation,
  type SoldLine,
  type StockChangeOperation,
  type StoredSale,
} from '../history.js';
import { SimulatedWaitlist } from './simulated-waitlist.js';

/** Sizes of a simulated run. Shares are from 0 to 1. */
export interface Simulation {
  seed: number;
  purchases: number;
  openingUnits: number;
  /** Adjustments that add units during the run. */
  adjustments?: number;
  /** Deliveries during the run. A factory repeats many of them, and some become dead letters. */
  deliveries?: number;
  /** Requests whose answer is lost. Half of them sold. */
  lostShare?: number;
  keylessShare?: number;
  hasRows?: boolean;
  /** Buyers of one product who would wait for goods; of these some leave, and all look where they are. */
  waitShare?: number;
}

type RequestedLine = SaleOperation['lines'][number];

const SKUS = ['RING', 'CHAIN'];
const PRICE_KRW = 1_000;
const ARRIVAL_MS = 2;
const MAX_WAIT_MS = 40;
const START = Date.parse('2026-01-01T00:00:00Z');

interface Step {
  /** When it takes effect. */
  at: number;
  run: () => void;
}

/**
 * The history of a shop that makes no mistake: each request takes effect at one moment between its start and its end.
 * It shares no code with the check.
 */
export function simulatedHistory(options: Simulation): HistoryLine[] {
  const {
    purchases,
    openingUnits,
    adjustments = 0,
    deliveries = 0,
    lostShare = 0.05,
    keylessShare = 0.2,
    hasRows = true,
    waitShare = 0,
  } = options;
  const random = new SeededRandom(options.seed);
  const below = (limit: number) => Math.floor(random.next() * limit);
  const stock = new Map(SKUS.map((sku) => [sku, openingUnits]));
  const waitlist = new SimulatedWaitlist(stock);
  const sold = new Map<string, { row: StoredSale; answer: NonNullable<SaleOperation['answer']> }>();
  const seen: HistoryLine[] = [];
  const operations: (SaleOperation | StockChangeOperation)[] = [];
  const rows: HistoryLine[] = [];
  const steps: Step[] = [];
  const totals = new Map(SKUS.map((sku) => [sku, { sales: 0, units: 0 }]));
  /** Goods that were accepted, until they are applied. */
  let pending: Step[] = [];
  const settle = (until: number) => {
    const due = pending.filter(({ at }) => at <= until).sort((one, other) => one.at - other.at);
    pending = pending.filter(({ at }) => at > until);
    for (const { run } of due) run();
  };
  let now = START;

  const sell = (
    identity: string,
    row: Pick<StoredSale, 'key' | 'client'>,
    { lines, mayWait }: Pick<SaleOperation, 'lines' | 'mayWait'>,
    at: number,
  ) => {
    const earlier = sold.get(identity);
    if (earlier) return { ...answerOf(earlier), replayed: true as const };
    const short = lines.filter(([sku, quantity]) => waitlist.available(sku) < quantity);
    if (short.length > 0 && !mayWait) {
      const shortages = short.map(([sku]): [string, number] => [sku, waitlist.available(sku)]);
      return { status: 409, code: 'STOCK.INSUFFICIENT', shortages };
    }
    for (const [sku, quantity] of short.length > 0 ? [] : lines) {
      stock.set(sku, stock.get(sku)! - quantity);
      totals.get(sku)!.sales += 1;
      totals.get(sku)!.units += quantity;
    }
    const sale = {
      id: `sale-${sold.size + 1}`,
      lines: lines.map(([sku, quantity]): SoldLine => [sku, quantity, PRICE_KRW]),
      createdAt: new Date(at).toISOString(),
    };
    const stored: StoredSale = { type: 'stored-sale', ...row, ...sale };
    rows.push(stored);
    if (short.length > 0) waitlist.join(stored);
    const totalKrw = lines.reduce((sum, [, quantity]) => sum + quantity * PRICE_KRW, 0);
    const answer = { status: 201, body: `body of ${sale.id}`, sale: { ...sale, totalKrw } };
    sold.set(identity, { row: stored, answer });
    return answerOf({ row: stored, answer });
  };

  /** A look at a sale that may wait, some time after it was asked for, or the end of its wait by its buyer. */
  const lookAt = (identity: string, begin: number, leaves: boolean) => {
    const start = begin + below(400);
    const at = start + below(MAX_WAIT_MS);
    const run = () => {
      const row = sold.get(identity)?.row;
      if (!row) return;
      if (leaves) waitlist.leave(row);
      seen.push({
        ...{ type: 'seen-sales', start, end: at + 1 + below(MAX_WAIT_MS) },
        sales: [[row.id, row.status ?? 'CONFIRMED']],
      });
    };
    steps.push({ at, run });
  };

  const schedule = (
    begin: number,
    run: (at: number) => SaleOperation | StockChangeOperation | undefined,
    from = 0,
  ) => {
    const start = begin + from;
    const at = start + below(MAX_WAIT_MS);
    const end = at + 1 + below(MAX_WAIT_MS);
    steps.push({
      at,
      run: () => {
        const operation = run(at);
        if (operation) operations.push({ ...operation, start, end });
      },
    });
    return end;
  };

  for (let index = 0; index < purchases; index += 1) {
    now += below(ARRIVAL_MS + 1);
    const client = `buyer-${index}`;
    const key = random.next() < keylessShare ? undefined : `key-${index}`;
    const chosen = below(5) === 0 ? SKUS : [SKUS[below(4) === 0 ? 1 : 0]!];
    const lines = chosen.map((sku): RequestedLine => [sku, 1 + below(3)]);
    const mayWait = waitShare > 0 && lines.length === 1 && random.next() < waitShare;
    const request =
      (attempt: number) =>
      (at: number): SaleOperation => {
        const identity = { client, ...(key && { key }) };
        const wanted = { lines, ...(mayWait && { mayWait }) };
        const operation = { type: 'sale' as const, ...identity, ...wanted, start: 0, end: 0 };
        const isLost = attempt === 0 && random.next() < lostShare;
        if (isLost && random.next() < 0.5) return operation;
        const answer = sell(key ?? client, identity, wanted, at);
        return isLost ? operation : { ...operation, answer };
      };
    const end = schedule(now, request(0));
    for (let looks = mayWait ? below(4) : 0; looks > 0; looks -= 1)
      lookAt(key ?? client, end, below(8) === 0);
    // A buyer with a key may ask again: at once, or after the answer.
    if (key && below(3) === 0) schedule(now, request(1), below(2) === 0 ? 0 : end - now + below(200));
  }
  const length = now - START;
  for (let index = 0; index < adjustments; index += 1) {
    const reference = `adjustment-${index}`;
    const sku = SKUS[index % SKUS.length]!;
    const delta = 1 + below(20);
    schedule(START + below(length), () => {
      stock.set(sku, stock.get(sku)! + delta);
      waitlist.settle(sku);
      rows.push({ type: 'stored-adjustment', reference, sku, delta });
      return { type: 'adjustment', client: 'operator', reference, start: 0, end: 0, answer: { status: 200 } };
    });
  }
  for (let index = 0; index < deliveries; index += 1) {
    const reference = `delivery-${index}`;
    const sku = SKUS[index % SKUS.length]!;
    const delta = 1 + below(20);
    const begin = START + below(length);
    let isSettled = false;
    for (let time = below(3); time >= 0; time -= 1) {
      schedule(
        begin,
        (at) => {
          const request = { type: 'goods-receipt' as const, client: 'factory', reference, start: 0, end: 0 };
          if (random.next() < 0.1) return request;
          // It is accepted now, and applied once, some time later.
          if (!isSettled) {
            isSettled = true;
            const isDeadLetter = below(5) === 0;
            const apply = () => {
              if (!isDeadLetter) stock.set(sku, stock.get(sku)! + delta);
              waitlist.settle(sku);
              rows.push(
                isDeadLetter
                  ? { type: 'stored-dead-letter', reference }
                  : { type: 'stored-goods-receipt', reference, sku, delta },
              );
            };
            pending.push({ at: at + below(500), run: apply });
          }
          return { ...request, answer: { status: 202 } };
        },
        time * below(100),
      );
    }
  }
  steps.sort((one, other) => one.at - other.at);
  for (const { at, run } of steps) {
    settle(at);
    run();
  }
  settle(Infinity);

  const closing = SKUS.map((sku): HistoryLine => {
    const reserved = waitlist.reservedOf(sku);
    const reading = { type: 'closing' as const, sku, onHand: stock.get(sku)!, reserved };
    const counts = { sold: totals.get(sku)!, filled: waitlist.filledUnits(sku) };
    return hasRows ? reading : { ...reading, ...counts };
  });
  if (!hasRows && waitShare > 0)
    seen.push(
      ...looksAtEnd(
        [...sold.values()].map(({ row }) => row),
        now,
      ),
    );
  return [
    { type: 'history', version: HISTORY_VERSION, source: 'simulation' },
    ...SKUS.map((sku): HistoryLine => ({ type: 'opening', sku, onHand: openingUnits, reserved: 0 })),
    ...operations.sort((one, other) => one.end - other.end),
    ...seen,
    ...(hasRows ? rows : rows.filter(({ type }) => type !== 'stored-sale')),
    ...closing,
    {
      type: 'end',
      rows: hasRows ? 'all' : 'none',
      operations: operations.length,
      omitted: 0,
      clockErrorMs: 0,
    },
  ];
}

/** As it is told now. */
function answerOf({
  row: { status },
  answer,
}: {
  row: StoredSale;
  answer: NonNullable<SaleOperation['answer']>;
}): NonNullable<SaleOperation['answer']> {
  if (status === undefined) return answer;
  return { status: status === 'WAITING' ? 202 : 200, sale: { ...answer.sale!, status } };
}

/** Two, when nothing happens any more: so their order is known. */
function looksAtEnd(rows: readonly StoredSale[], now: number): HistoryLine[] {
  const sales = rows.map(({ id, status = 'CONFIRMED' }): [string, string] => [id, status]);
  return [10_000, 20_000].map((ms) => ({ type: 'seen-sales', start: now + ms, end: now + ms + 1, sales }));
}
