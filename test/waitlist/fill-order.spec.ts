import { describe, expect, it } from '@jest/globals';
import { fillOrder, type LedgerRow, type WaitedLine } from './fill-order.js';

const movement = (
  id: string,
  sku: string,
  delta: number,
  balanceAfter: number,
  reference = id,
): LedgerRow => ({
  ...{ id, sku, delta, balanceAfter, reference },
  reason: delta > 0 ? 'GOODS_RECEIPT' : 'BACKORDER_FILL',
});

const line = (
  saleId: string,
  sku: string,
  ticket: number,
  quantity: number,
  movementId: string,
): WaitedLine => ({
  ...{ saleId, sku, ticket, quantity, movementId },
  reserved: quantity,
  outcome: 'FILLED',
});

/** Three sales: `one` of A, `both` of A and B, `last` of A. A comes in parts of 2 and 4, B in one part. */
function history() {
  return {
    movements: [
      movement('01', 'A', 2, 2),
      movement('02', 'A', -2, 0, 'posting-1'),
      movement('03', 'A', 4, 4),
      movement('04', 'A', -1, 3, 'posting-2'),
      movement('05', 'B', 1, 1),
      movement('06', 'A', -3, 0, 'posting-3'),
      movement('07', 'B', -1, 0, 'posting-3'),
    ],
    lines: [
      line('one', 'A', 1, 2, '02'),
      line('both', 'A', 2, 3, '06'),
      line('last', 'A', 3, 1, '04'),
      line('both', 'B', 1, 1, '07'),
    ],
  };
}

describe('the judge of the filling order', () => {
  const faultsAfter = (change: (history: { movements: LedgerRow[]; lines: WaitedLine[] }) => void) => {
    const { movements, lines } = history();
    change({ movements, lines });
    return fillOrder(movements, lines);
  };

  it('finds nothing in an orderly history', () => {
    expect(faultsAfter(() => undefined)).toEqual({ faults: [], late: 0 });
  });

  it.each<[string, (history: { movements: LedgerRow[]; lines: WaitedLine[] }) => void, RegExp]>([
    [
      'two sales that changed places',
      ({ lines }) => {
        lines[0]!.ticket = 3;
        lines[2]!.ticket = 1;
      },
      /before its turn/,
    ],
    ['a sale that was skipped', ({ lines }) => (lines[2]!.ticket = 4), /ticket 4 in place 3/],
    ['a sale that is open', ({ lines }) => (lines[2]!.outcome = null), /last is open/],
    ['units that are missing', ({ lines }) => (lines[2]!.reserved = 0), /0 of 1 units/],
    [
      'a fill that is not the next movement after its receipt',
      ({ movements, lines }) => {
        movements.splice(2, 0, movement('02a', 'A', 1, 1), movement('02b', 'A', -1, 0));
        lines[0]!.movementId = '06';
      },
      /after its turn/,
    ],
    ['a receipt that is lost', ({ movements }) => movements.splice(2, 1), /have never come/],
    [
      'a receipt that was applied twice',
      ({ movements }) => movements.splice(1, 0, movement('01a', 'A', 2, 2)),
      /units after/,
    ],
    ['units that were taken twice', ({ movements }) => (movements[1]!.delta = -3), /took 3 units for 2/],
    ['a movement that is lost', ({ movements }) => movements.splice(1, 1), /no movement 02/],
    [
      'a sale past the waitlist',
      ({ movements }) => (movements[3]!.reason = 'SALE'),
      /by SALE, past the waitlist/,
    ],
    [
      'a sale that was filled in parts',
      ({ movements }) => (movements[6]!.reference = 'posting-4'),
      /several transactions/,
    ],
  ])('finds %s', (_, change, fault) => {
    expect(faultsAfter(change).faults.join('\n')).toMatch(fault);
  });

  it('counts a sale of several products that the upkeep has filled', () => {
    const late = faultsAfter(({ movements, lines }) => {
      movements.splice(5, 0, movement('05a', 'B', 1, 2), movement('05b', 'B', -1, 1));
      lines.push(line('other', 'B', 2, 1, '05b'));
    });
    expect(late).toEqual({ faults: [], late: 1 });
  });
});
