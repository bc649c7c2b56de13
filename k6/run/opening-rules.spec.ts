import { describe, expect, it } from '@jest/globals';
import { type SaleAnswer } from './gate.mjs';
import { openingRules } from './opening-rules.mjs';

const OPENS_AT = Date.parse('2026-01-01T10:00:00.000Z');

const opening = {
  opensAt: OPENS_AT,
  maxPerCustomer: 2,
  wantedUnits: 10,
  clockErrorMs: 50,
  firstAcceptedAt: OPENS_AT + 4,
  lastEarlyAt: OPENS_AT - 1,
};

const sale = (customerEmail: string | null, afterMs: number, quantity = 1): SaleAnswer => ({
  id: `${customerEmail} ${afterMs}`,
  status: 'CONFIRMED',
  lines: [{ sku: 'K6-A', quantity }],
  customerEmail,
  createdAt: new Date(OPENS_AT + afterMs).toISOString(),
});

const SALES = [sale('kim', 3), sale('lee', 5), sale('kim', 9)];

function failed({ sales = SALES, onHand = 0, refused = 1, ...changes }: Changes = {}) {
  const outcomes = [
    { outcome: 'early', count: 4 },
    { outcome: 'limited', count: 2 },
    { outcome: 'refused', count: refused },
  ];
  const totals = [{ reason: 'ADJUSTMENT', units: 3 }];
  const ledger = { stock: { onHand }, totals, sold: { sales: 3, units: 3 } };
  return openingRules({ opening: { ...opening, ...changes }, outcomes }, ledger, sales)
    .filter(({ holds }) => !holds)
    .map(({ rule, detail }) => `${rule}: ${detail}`);
}

type Changes = Partial<typeof opening> & { sales?: SaleAnswer[]; onHand?: number; refused?: number };

describe('the gate of a drop that opens', () => {
  it('opens when everything is sold from the opening on, and to each what one may have', () => {
    expect(failed()).toEqual([]);
  });

  it('closes when a sale was made, or answered, before the opening', () => {
    expect(failed({ sales: [...SALES, sale('choi', -51)] })).toEqual([
      'nothing was sold before the opening (createdAt): the first of 4 sales 51 ms before it, 1 TOO EARLY',
    ]);
    expect(failed({ firstAcceptedAt: OPENS_AT - 51 })).toEqual([
      'the first sale was answered after the opening: 51 ms before it',
    ]);
  });

  it('allows for clocks that differ', () => {
    expect(failed({ sales: [...SALES, sale('choi', -50)], firstAcceptedAt: OPENS_AT - 50 })).toEqual([]);
    expect(failed({ lastEarlyAt: OPENS_AT + 50 })).toEqual([]);
  });

  it('closes when a request after the opening was refused as too early', () => {
    expect(failed({ lastEarlyAt: OPENS_AT + 51 })).toEqual([
      'no request after the opening was refused as too early: the last of 4 that were left k6 51 ms after it',
    ]);
  });

  it('closes when a customer has more than the limit, and does not count what was cancelled', () => {
    expect(failed({ sales: [...SALES, sale('kim', 11)] })).toEqual([
      expect.stringContaining('1 have MORE, such as kim'),
    ]);
    expect(failed({ sales: [...SALES, { ...sale('kim', 11), status: 'CANCELLED' }] })).toEqual([]);
    expect(failed({ sales: [...SALES, sale(null, 12)] })).toEqual([
      expect.stringContaining('a sale has no customer'),
    ]);
  });

  it('closes when units are left that were wanted', () => {
    expect(failed({ onHand: 1 })).toEqual([
      'all units were sold, where enough were wanted: 10 wanted at least, of 3; 1 left, 1 refused',
    ]);
    expect(failed({ onHand: 1, wantedUnits: 2, refused: 0 })).toEqual([]);
  });

  it('closes when nothing was sold', () => {
    expect(failed({ sales: [], firstAcceptedAt: null as never })).toEqual([
      'nothing was sold before the opening (createdAt): nothing was sold at all',
      'the first sale was answered after the opening: none was answered',
    ]);
  });
});
