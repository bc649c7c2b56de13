import { describe, expect, it } from '@jest/globals';
import { type LedgerAnswer, type RunRecord, type SaleAnswer } from './gate.mjs';
import { type RequestLog, requestLogOf } from './request-log.mjs';
import { waitlistRules } from './waitlist-rules.mjs';

const SKU = 'K6-A';

/** A sale of the run: asked for at `at`, answered 5 ms later, and what is stored of it in the end. */
interface Made {
  id: string;
  at: number;
  status?: number;
  stored?: string;
  position?: number;
  quantity?: number;
}

/**
 * One sale takes what is there, three wait, one of them leaves and one is filled; a plain buyer is refused.
 */
const MADE: Made[] = [
  { id: 'bought', at: 0, status: 201 },
  { id: 'filled', at: 10 },
  { id: 'left', at: 20, stored: 'CANCELLED' },
  { id: 'waits', at: 30, stored: 'WAITING', position: 1 },
  { id: 'waits-too', at: 40, stored: 'WAITING', position: 2 },
];

function logOf(made: Made[], seen: object[] = []): RequestLog {
  return requestLogOf([
    ...made.flatMap(({ id, at, status = 202, quantity = 1 }) => [
      { request: id, client: 'VU 1', key: id, lines: [[SKU, quantity]], start: at, mayWait: true },
      {
        request: id,
        end: at + 5,
        status,
        isReplay: false,
        text: JSON.stringify({ id, status: status === 201 ? 'CONFIRMED' : 'WAITING' }),
      },
    ]),
    { request: 'refused', client: 'VU 2', key: 'refused', lines: [[SKU, 1]], start: 50 },
    { request: 'refused', end: 55, status: 409, isReplay: false, text: '{}' },
    ...seen,
    // The gate looks twice, when nothing moves any more.
    ...[1_000, 2_000].map((start) => ({
      ...{ start, end: start + 10 },
      seen: storedOf(made).map(({ id, status }) => [id, status]),
    })),
  ]);
}

function storedOf(made: Made[]): SaleAnswer[] {
  return made.map(({ id, stored = 'CONFIRMED', position, quantity = 1 }) => ({
    id,
    status: stored,
    lines: [{ sku: SKU, quantity }],
    customerEmail: null,
    createdAt: '2026-01-01T00:00:00.000Z',
    ...(position !== undefined && { waiting: { position, lines: [{ reservedQuantity: 0 }] } }),
  }));
}

function run(made: Made[]): RunRecord {
  const waiting = made.filter(({ status = 202 }) => status === 202).length;
  return {
    sent: made.length + 1,
    outcomes: [{ outcome: 'waiting', count: waiting }],
    maxLines: 1,
    maxQuantity: 3,
    hasWaitlist: true,
    left: { confirmed: 1, unknown: 0 },
    products: [],
  };
}

function ledger({ filled = 1, deliveries = 2, reserved = 0 } = {}): LedgerAnswer {
  return {
    stock: { onHand: 0, reserved },
    totals: [
      { reason: 'GOODS_RECEIPT', units: filled, movements: deliveries },
      { reason: 'BACKORDER_FILL', units: -filled },
    ],
    sold: { sales: 1, units: 1 },
  };
}

function failed(
  made: Made[],
  { books = ledger(), sales = storedOf(made), seen = [] as object[], log = logOf(made, seen) } = {},
) {
  return waitlistRules(run(made), books, sales, log)
    .filter(({ holds }) => !holds)
    .map(({ rule, detail }) => `${rule}: ${detail}`);
}

const changed = (id: string, change: Partial<Made>) =>
  MADE.map((made) => (made.id === id ? { ...made, ...change } : made));

describe('the gate of a waitlist', () => {
  it('opens when those who wait are filled in order, leave, or still wait', () => {
    expect(failed(MADE)).toEqual([]);
  });

  it('closes when the last one is filled and one before it still waits', () => {
    const made = changed('waits-too', { stored: 'CONFIRMED', position: undefined });
    expect(failed(made, { books: ledger({ filled: 2 }) })).toEqual([
      expect.stringContaining(
        'nobody was overtaken: 4 waited, 2 of them were filled, 1 others bought; 1 OVERTOOK',
      ),
    ]);
  });

  it('closes when one overtook another that was filled later', () => {
    const made = changed('waits', { stored: 'CONFIRMED', position: undefined });
    const all = made.map((one) => (one.id === 'waits-too' ? { ...one, position: 1 } : one));
    const look = (id: string, status: string, start: number) => ({
      seen: [[id, status]],
      start,
      end: start + 1,
    });
    const books = ledger({ filled: 2 });
    expect(
      failed(all, { books, seen: [look('filled', 'WAITING', 100), look('waits', 'CONFIRMED', 100)] }),
    ).toEqual([]);
    expect(
      failed(all, { books, seen: [look('waits', 'CONFIRMED', 100), look('filled', 'WAITING', 200)] }),
    ).toEqual([expect.stringContaining('1 OVERTOOK one that waited, such as waits')]);
  });

  it('closes when a buyer who came later bought at once', () => {
    const made = [...MADE, { id: 'late', at: 60, status: 201 }];
    expect(failed(made)).toEqual([expect.stringContaining('such as late')]);
    // It may have been decided before the others.
    expect(failed([...MADE, { id: 'at-once', at: 0, status: 201 }])).toEqual([]);
  });

  it('takes the first request with a key for the one that made the sale, though its answer is lost', () => {
    const lost = { request: 'lost', client: 'VU 3', key: 'late', lines: [[SKU, 1]], start: 1, mayWait: true };
    const made = [...MADE, { id: 'late', at: 60, status: 201 }];
    const log = logOf(made);
    log.requests.unshift({ ...requestLogOf([lost]).requests[0]! });
    expect(failed(made, { log })).toEqual([]);
  });

  it('closes when a place is missing, or one that came later has a better one', () => {
    expect(failed(changed('waits-too', { position: 3 }))).toEqual([
      expect.stringContaining('those that still wait have the places'),
    ]);
    const swapped = changed('waits', { position: 2 }).map((one) =>
      one.id === 'waits-too' ? { ...one, position: 1 } : one,
    );
    expect(failed(swapped)).toEqual([expect.stringContaining('2 wait, 1 behind one that came later')]);
  });

  it('closes when a sale has two ends, or waits again', () => {
    const look = { seen: [['left', 'CONFIRMED']], start: 100, end: 101 };
    expect(failed(MADE, { seen: [look] })).toContainEqual(
      expect.stringContaining('left was CONFIRMED and CANCELLED'),
    );
    const again = [
      { seen: [['filled', 'CONFIRMED']], start: 100, end: 101 },
      { seen: [['filled', 'WAITING']], start: 200, end: 201 },
    ];
    expect(failed(MADE, { seen: again })).toContainEqual(
      expect.stringContaining('a sale that waits ends once at most, and stays ended'),
    );
  });

  it('closes when a sale is lost, or stored and never told', () => {
    const sales = storedOf(MADE);
    expect(failed(MADE, { sales: sales.filter(({ id }) => id !== 'bought') })).toEqual([
      expect.stringContaining('5 told, 4 of them by 202; 4 stored, 1 LOST'),
    ]);
    const untold = { ...sales[0]!, id: 'untold' };
    expect(failed(MADE, { sales: [...sales, untold] })).toEqual([
      expect.stringContaining('1 stored that nobody was told of'),
    ]);
  });

  it('closes when the units that left, or are kept, are others', () => {
    expect(failed(MADE, { books: ledger({ filled: 2 }) })).toEqual([
      expect.stringContaining('1 seen, 2 stored units filled: 1 stored that nobody was told of'),
    ]);
    expect(failed(MADE, { books: ledger({ reserved: 1 }) })).toEqual([
      expect.stringContaining('0 kept, 1 reserved'),
    ]);
  });

  it('closes when a sale was cancelled, or expired, that nobody gave up', () => {
    const made = changed('waits-too', { stored: 'CANCELLED', position: undefined });
    expect(failed(made)).toEqual([expect.stringContaining('1 given up, 2 cancelled, 0 expired')]);
    const expired = changed('waits-too', { stored: 'EXPIRED', position: undefined });
    expect(failed(expired)).toEqual([expect.stringContaining('1 given up, 1 cancelled, 1 expired')]);
  });

  it('closes when all goods came at once, since there is no order to see then', () => {
    expect(failed(MADE, { books: ledger({ deliveries: 1 }) })).toEqual([
      'goods came in several deliveries: 1 with 1 units',
    ]);
  });
});
