import { describe, expect, it } from '@jest/globals';
import {
  acceptedRange,
  type ArrivalQuestion,
  arrivalRange,
  type OpenOrder,
  rangeKept,
} from './arrival-range.js';
import { RESTOCK_ORDER_STATUSES } from './restock-order.entity.js';
import { MAX_ORDER_UNITS } from './restock-rules.js';

const NOW = new Date('2026-12-01T00:00:00.000Z');
const at = (seconds: number) => new Date(NOW.getTime() + seconds * 1_000);

const PRODUCT = { reorderPoint: 20, targetLevel: 100, lotSize: 10 };
/** From 0 to 100 seconds, evenly. */
const QUANTILES = Array.from({ length: 21 }, (_, index) => index * 5);
const FACTORY = { leadTimeSeconds: 10, overdueAfterSeconds: 60, leadTimeQuantiles: QUANTILES };
const ORDER: OpenOrder = { status: 'ORDERED', orderedAt: NOW, quantity: 100, receivedQuantity: 0 };

function range(question: Partial<ArrivalQuestion>) {
  return arrivalRange({
    unitsAhead: 0,
    product: PRODUCT,
    openOrder: ORDER,
    factory: FACTORY,
    now: NOW,
    ...question,
  });
}

describe('the range in which goods arrive', () => {
  it('is that of the open order, from its P50 to its P90', () => {
    expect(range({})).toEqual({ from: at(50), to: at(90) });
    expect(range({ unitsAhead: 100 })).toEqual({ from: at(50), to: at(90) });
    expect(acceptedRange(FACTORY, NOW)).toEqual({ from: at(50), to: at(90) });
  });

  it('counts the time that has passed, and is never in the past', () => {
    const openOrder = { ...ORDER, orderedAt: at(-60) };
    // Of the lead times from 60 to 100 seconds, half end within 20 more.
    expect(range({ openOrder })).toEqual({ from: at(20), to: at(36) });
    expect(range({ openOrder: { ...openOrder, status: 'OVERDUE' } })).toEqual({ from: at(20), to: at(36) });
    expect(range({ openOrder: { ...ORDER, orderedAt: at(-99) } })!.from.getTime()).toBeGreaterThan(
      NOW.getTime(),
    );
  });

  it('is unknown when no known order took so long', () => {
    expect(range({ openOrder: { ...ORDER, status: 'OVERDUE', orderedAt: at(-100) } })).toBeNull();
  });

  it('begins now for an order that is on its way to the factory, and for one that is not opened yet', () => {
    expect(range({ openOrder: { ...ORDER, status: 'REQUESTED', orderedAt: null } })).toEqual({
      from: at(50),
      to: at(90),
    });
    expect(range({ openOrder: null })).toEqual({ from: at(50), to: at(90) });
    expect(range({ openOrder: null, unitsAhead: 5_000 })).toEqual({ from: at(50), to: at(90) });
  });

  it.each(RESTOCK_ORDER_STATUSES.filter((status) => !['ORDERED', 'OVERDUE', 'REQUESTED'].includes(status)))(
    'is unknown for an order that is %s',
    (status) => {
      expect(range({ openOrder: { ...ORDER, status } })).toBeNull();
    },
  );

  it('is that of the next order for units beyond the rest of the open one', () => {
    const openOrder = { ...ORDER, receivedQuantity: 60 };
    expect(range({ openOrder, unitsAhead: 40 })).toEqual({ from: at(50), to: at(90) });
    const next = range({ openOrder, unitsAhead: 41 })!;
    // The sum of two lead times: a median of 100 seconds, a P90 of 155.
    expect(Math.abs(next.from.getTime() - at(100).getTime())).toBeLessThan(3_000);
    expect(Math.abs(next.to.getTime() - at(155).getTime())).toBeLessThan(3_000);
  });

  it('is that of still later ones when one order cannot hold so many units', () => {
    const two = range({ unitsAhead: 101 })!;
    const three = range({ unitsAhead: 101 + MAX_ORDER_UNITS })!;
    expect(three.from.getTime() - two.from.getTime()).toBeGreaterThan(40_000);
    expect(range({ unitsAhead: 100 * MAX_ORDER_UNITS })).toBeNull();
  });

  it('is the promise of the factory, until enough orders are complete', () => {
    const factory = { ...FACTORY, leadTimeQuantiles: null };
    expect(range({ factory })).toEqual({ from: at(10), to: at(60) });
    // By then a person has been told.
    expect(range({ factory, openOrder: { ...ORDER, orderedAt: at(-60) } })).toBeNull();
  });

  it('is kept by P50, by P90, or not', () => {
    const stated = { expectedFrom: at(10), expectedTo: at(20) };
    expect([10, 11, 20, 21].map((seconds) => rangeKept(stated, at(seconds)))).toEqual([
      'p50',
      'p90',
      'p90',
      'late',
    ]);
    expect(rangeKept({ expectedFrom: null, expectedTo: null }, NOW)).toBeUndefined();
  });
});
