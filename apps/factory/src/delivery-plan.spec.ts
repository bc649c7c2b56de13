import { describe, expect, it } from '@jest/globals';
import { planDeliveries } from './delivery-plan.js';
import { type FaultDecisions } from './fault-decisions.js';

const DECISIONS: FaultDecisions = {
  hang: false,
  failure: false,
  dropAfterAccept: false,
  duplicate: false,
  partial: false,
  firstPartShare: 0.5,
  late: false,
  outOfOrder: false,
  heldBackLeadTimes: 1.25,
  countAsText: [true, false],
};

const plan = (count: number, decisions: Partial<FaultDecisions> = {}) =>
  planDeliveries(count, { ...DECISIONS, ...decisions }, 1_000, 50_000);

describe('planDeliveries', () => {
  it('delivers everything at once after the lead time', () => {
    expect(plan(10)).toMatchObject([
      { part: 1, parts: 1, copy: 1, count: 10, countAsText: true, dueAt: 51_000, state: 'PENDING', tries: 0 },
    ]);
  });

  it('splits a partial delivery into two parts that add up, for any share', () => {
    for (const count of [2, 3, 10, 9_999_999]) {
      for (const firstPartShare of [0, 0.5, 0.999_999_9]) {
        const parts = plan(count, { partial: true, firstPartShare });
        expect(parts).toHaveLength(2);
        expect(parts[0]!.count + parts[1]!.count).toBe(count);
        expect(parts.every((part) => part.count >= 1)).toBe(true);
        expect(parts.map(({ dueAt }) => dueAt)).toEqual([51_000, 52_000]);
      }
    }
  });

  it('never splits one unit', () => {
    expect(plan(1, { partial: true })).toMatchObject([{ part: 1, parts: 1, count: 1 }]);
  });

  it('duplicates every part of an order, and writes the count of each copy the same way', () => {
    const deliveries = plan(10, { partial: true, duplicate: true });
    expect(deliveries.map(({ part, copy, countAsText, dueAt }) => [part, copy, countAsText, dueAt])).toEqual([
      [1, 1, true, 51_000],
      [1, 2, true, 51_100],
      [2, 1, false, 52_000],
      [2, 2, false, 52_100],
    ]);
  });

  it('takes five lead times when late', () => {
    expect(plan(10, { late: true })).toMatchObject([{ dueAt: 55_000 }]);
  });

  it('delays an out-of-order callback, so that an order accepted one lead time later overtakes it', () => {
    const [heldBack] = plan(10, { outOfOrder: true });
    expect(heldBack!.dueAt).toBe(52_250);
    expect(heldBack!.dueAt).toBeGreaterThan(planDeliveries(10, DECISIONS, 1_000, 51_000)[0]!.dueAt);
  });
});
