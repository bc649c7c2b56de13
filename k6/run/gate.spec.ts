import { describe, expect, it } from '@jest/globals';
import { gateHtml, gateText } from './gate-report.mjs';
import { judge, type LedgerAnswer, type ReconciliationAnswer, type RunRecord } from './gate.mjs';

const CLEAN: ReconciliationAnswer = { clean: true, differences: [] };

/** 40 sales of 80 units, of 100 that were put there; 15 buyers were refused, 5 answers were replays. */
function run(changes: Partial<RunRecord> = {}): RunRecord {
  return {
    sent: 60,
    outcomes: [
      { outcome: 'accepted', count: 40 },
      { outcome: 'replayed', count: 5 },
      { outcome: 'refused', count: 15 },
      { outcome: 'unknown', count: 0 },
    ],
    maxLines: 1,
    maxQuantity: 3,
    products: [{ sku: 'K6-A', adjustedUnits: 100, acceptedLines: 40, acceptedUnits: 80 }],
    ...changes,
  };
}

/** 200 requests, two of them with an unknown outcome. */
function runWithUnknown(): RunRecord {
  return run({
    sent: 200,
    outcomes: [
      { outcome: 'accepted', count: 40 },
      { outcome: 'refused', count: 158 },
      { outcome: 'unknown', count: 1 },
    ],
  });
}

/** The answer that fits {@link run}, but for what is given. */
function ledger(
  changes: Partial<Record<'sales' | 'units' | 'left' | 'put' | 'received' | 'onHand', number>> = {},
) {
  const { sales = 40, units = 80, left = units, put = 100, received = 0, onHand = 20 } = changes;
  return {
    stock: { onHand },
    totals: [
      { reason: 'ADJUSTMENT', units: put },
      { reason: 'GOODS_RECEIPT', units: received },
      { reason: 'SALE', units: -left },
    ],
    sold: { sales, units },
  };
}

const failed = (record: RunRecord | undefined, ledgers: LedgerAnswer[], reconciliation = CLEAN) =>
  judge(record, ledgers, reconciliation)
    .filter(({ holds }) => !holds)
    .map(({ rule, detail }) => `${rule}: ${detail}`);

describe('the gate', () => {
  it('opens when the database agrees with the answers', () => {
    expect(failed(run(), [ledger()])).toEqual([]);
    expect(failed(run(), [ledger({ received: 7, onHand: 27 })])).toEqual([]);
  });

  it('closes when an accepted sale is not in the database, and says how many are lost', () => {
    expect(failed(run(), [ledger({ sales: 38, left: 80 })])).toEqual([
      'K6-A: accepted sales = sales in the database: 40 accepted, 38 stored sales: 2 LOST',
    ]);
  });

  it('closes when a stored sale was never answered', () => {
    expect(failed(run(), [ledger({ sales: 41, units: 81, onHand: 19 })])).toEqual([
      expect.stringContaining('40 accepted, 41 stored sales: 1 stored that nobody was told of'),
      expect.stringContaining('80 accepted, 81 stored units: 1 stored that nobody was told of'),
    ]);
  });

  it('closes when lost sales and untold ones are as many, but not of as many units', () => {
    expect(failed(run(), [ledger({ units: 79, onHand: 21 })])).toEqual([
      'K6-A: accepted units = units of the sales in the database: 80 accepted, 79 stored units: 1 LOST',
    ]);
  });

  it('closes when sale lines and movements have different units', () => {
    expect(failed(run(), [ledger({ left: 78, onHand: 22 })])).toEqual([
      'K6-A: units of its sales = units that left the stock: 80 sold, 78 left',
    ]);
  });

  it('closes when more is sold than was there, though every sale was answered', () => {
    const oversold = run({ products: [{ ...run().products[0]!, adjustedUnits: 79 }] });
    expect(failed(oversold, [ledger({ put: 79, onHand: -1 })])).toEqual([
      'K6-A: nothing oversold: 80 sold of 79, -1 on hand',
    ]);
    expect(failed(run(), [ledger({ onHand: -1 })])).toContain(
      'K6-A: nothing oversold: 80 sold of 100, -1 on hand',
    );
    // The stock level was mended, so it is no longer negative.
    expect(failed(oversold, [ledger({ put: 79, onHand: 0 })])).toContain(
      'K6-A: nothing oversold: 80 sold of 79, 0 on hand',
    );
  });

  it('closes when the units on hand do not follow from the movements', () => {
    expect(failed(run(), [ledger({ onHand: 21 })])).toEqual([
      'K6-A: opening + received - left = on hand: 100 + 0 - 80 = 20, on hand 21',
    ]);
  });

  it('closes when another client adjusts the stock, or a movement has an unexpected reason', () => {
    expect(failed(run(), [ledger({ put: 101, onHand: 21 })])).toEqual([
      'K6-A: nobody else changed its stock: adjusted by 101, of these 100 by this run',
    ]);
    const strange = ledger();
    strange.totals.push({ reason: 'BACKORDER_FILL', units: 0 });
    expect(failed(run(), [strange])).toHaveLength(1);
  });

  describe('with a waitlist', () => {
    const waited = (changes: Parameters<typeof ledger>[0], filled: number, returned = 0) => {
      const books = ledger(changes);
      books.totals.push({ reason: 'BACKORDER_FILL', units: -filled });
      if (returned > 0) books.totals.push({ reason: 'RETURN', units: returned });
      return books;
    };
    const waiting = (changes: Partial<RunRecord> = {}) => run({ hasWaitlist: true, ...changes });

    it('takes what was filled from the stock', () => {
      expect(failed(waiting(), [waited({ received: 30, onHand: 38 }, 12)])).toEqual([]);
      expect(failed(waiting(), [waited({ received: 30, onHand: 50 }, 12)])).toEqual([
        'K6-A: opening + received - left = on hand: 100 + 30 - 80 - 12 (filled) = 38, on hand 50',
      ]);
    });

    it('closes when more is sold and filled together than was there', () => {
      expect(failed(waiting(), [waited({ onHand: 0 }, 21)])).toContain(
        'K6-A: nothing oversold: 80 sold and 21 filled of 100, 0 on hand',
      );
    });

    it('closes when a sale comes back that the run has not cancelled, and counts its units', () => {
      expect(failed(waiting(), [waited({ onHand: 11 }, 12, 3)])).toEqual([
        expect.stringContaining('nobody else changed its stock'),
      ]);
    });
  });

  it('closes when reconcile finds a difference, and repeats it', () => {
    const difference = { invariant: 'every sale has lines', subject: 'sale 1', expected: '1', actual: '0' };
    const reconciliation = { clean: false, differences: [difference] };
    const said = 'the books agree (reconcile): every sale has lines: sale 1 has 0 instead of 1';
    expect(failed(run(), [ledger()], reconciliation)).toEqual([said]);
    expect(failed(undefined, [], reconciliation)).toEqual([said]);
  });

  it('closes when k6 sent nothing, or counted an answer twice', () => {
    expect(failed(run({ sent: 0, outcomes: [] }), [ledger()])).toEqual([
      'k6 sent sales, and counted each answer once: 0 sent, 0 answers',
    ]);
    expect(failed(run({ sent: 59 }), [ledger()])).toContain(
      'k6 sent sales, and counted each answer once: 59 sent, 60 answers',
    );
  });

  describe('with unanswered requests', () => {
    it('lets as many sales be stored beyond the accepted ones, and no more', () => {
      const most = ledger({ sales: 42, units: 86, onHand: 14 });
      expect(failed(runWithUnknown(), [ledger()])).toEqual([]);
      expect(failed(runWithUnknown(), [most])).toEqual([]);
      expect(failed(runWithUnknown(), [{ ...most, sold: { sales: 43, units: 86 } }])).toEqual([
        'K6-A: accepted sales = sales in the database: 40 <= 43 <= 42 sales: 1 stored that nobody was told of',
      ]);
    });

    it('excuses no lost sale by them', () => {
      expect(failed(runWithUnknown(), [ledger({ sales: 39 })])).toEqual([expect.stringContaining('1 LOST')]);
    });

    it('closes when they are so many that nothing is proven', () => {
      expect(failed({ ...runWithUnknown(), sent: 210 }, [ledger()])).toEqual([
        expect.stringContaining('not of 12 of 210'),
      ]);
    });

    it('lets each be one sale, of whichever product', () => {
      const [product] = run().products;
      const two = {
        ...runWithUnknown(),
        products: [product!, { ...product!, sku: 'K6-B' }],
      };
      const beyond = (sales: number) => ledger({ sales, units: 80 + sales - 40, onHand: 60 - sales });
      expect(failed(two, [beyond(41), beyond(41)])).toEqual([]);
      expect(failed(two, [beyond(42), beyond(42)])).toEqual([
        'all products: accepted sale lines = sale lines in the database: ' +
          '80 <= 84 <= 82 lines: 2 stored that nobody was told of',
      ]);
    });
  });
});

describe('the report of the gate', () => {
  it('says on the terminal that it is open, with every rule', () => {
    const text = gateText(judge(run(), [ledger()], CLEAN));
    expect(text).toContain('gate: open, 9 of 9 rules hold');
    expect(text).toContain('ok     K6-A: nothing oversold: 80 sold of 100, 20 on hand');
  });

  it('shows of many rules those that do not hold, and those of the whole run', () => {
    const products = Array.from({ length: 5 }, (_, index) => ({ ...run().products[0]!, sku: `K6-${index}` }));
    const ledgers = products.map((_, index) => (index === 3 ? ledger({ onHand: 21 }) : ledger()));
    const text = gateText(judge(run({ products }), ledgers, CLEAN));
    expect(text).toContain('gate: CLOSED, 33 of 34 rules hold');
    expect(text).toContain('FAILED K6-3: opening');
    expect(text).not.toContain('K6-2');
    expect(text).toContain('ok     the books agree');
  });

  it('escapes texts of the system on the page', () => {
    const reconciliation = {
      clean: false,
      differences: [{ invariant: '<script>', subject: 'a & b', expected: '1', actual: '2' }],
    };
    const page = gateHtml(judge(undefined, [], reconciliation));
    expect(page).toContain('closed, 1 of 1 rules do not hold');
    expect(page).toContain('&lt;script>: a &amp; b');
    expect(page).not.toContain('<script>');
  });
});
