import { describe, expect, it } from '@jest/globals';
import {
  leadTimeQuantiles,
  nextCorrection,
  type ObservedOrder,
  promisedQuantiles,
  quantileOf,
  remainingQuantiles,
  sumOf,
} from './lead-time-quantiles.js';

const NOW = new Date('2026-12-01T00:00:00.000Z');
const at = (seconds: number) => new Date(NOW.getTime() + seconds * 1_000);

/** From 0 to 100 seconds, evenly. */
const EVEN = Array.from({ length: 21 }, (_, index) => index * 5);

/** An order that was accepted so many seconds ago, and took so long; undefined: it is open. */
function order(acceptedAgo: number, seconds?: number, statedP50?: number): ObservedOrder {
  return {
    orderedAt: at(-acceptedAgo),
    closedAt: seconds === undefined ? null : at(seconds - acceptedAgo),
    expectedFrom: statedP50 === undefined ? null : at(statedP50 - acceptedAgo),
    expectedTo: null,
  };
}

/** Completed orders, oldest first, of which the newest was accepted 1000 seconds ago. */
const completed = (leads: readonly number[], statedP50?: number) =>
  leads.map((seconds, index) => order(1_000 + (leads.length - 1 - index) * 10, seconds, statedP50));

const repeated = (count: number, seconds: number) => Array.from({ length: count }, () => seconds);

describe('the lead times of the next order', () => {
  it('are unknown before ten orders are complete', () => {
    const open = Array.from({ length: 20 }, () => order(5));
    expect(leadTimeQuantiles([...completed(repeated(9, 60)), ...open], 0, NOW)).toBeNull();
    expect(leadTimeQuantiles(completed(repeated(10, 60)), 0, NOW)).toEqual(repeated(21, 60));
  });

  it('follow the newest orders, which count most', () => {
    const quantiles = leadTimeQuantiles(completed([...repeated(30, 20), ...repeated(6, 60)]), 0, NOW)!;
    expect(quantiles[10]).toBeGreaterThan(50);
  });

  it('follow orders that are open for longer than completed ones took', () => {
    const orders = completed([20, 22, 24, 26, 28, 30, 32, 34, 36, 38, 40, 200]);
    const before = leadTimeQuantiles(orders, 0, NOW)!;
    const open = Array.from({ length: 8 }, () => order(100));
    const after = leadTimeQuantiles([...orders, ...open], 0, NOW)!;
    expect(before[10]).toBeLessThan(100);
    expect(after[10]).toBeGreaterThan(100);
    const fresh = Array.from({ length: 8 }, () => order(1));
    expect(leadTimeQuantiles([...orders, ...fresh], 0, NOW)![10]).toBeLessThan(100);
  });

  it('are spread as orders were spread around the P50 that was stated for each', () => {
    // The scores are 0.5, 0.6, … 1.4: the median of these is 0.9, and nine of ten are at most 1.3.
    const leads = [50, 60, 70, 80, 90, 100, 110, 120, 130, 140];
    const quantiles = leadTimeQuantiles(completed(leads, 100), 0, NOW)!;
    const level = quantiles[10]!;
    expect(quantiles[18]! / level).toBeCloseTo(1.3, 10);
    expect(quantiles[20]! / level).toBeCloseTo(1.4, 10);
    expect(quantiles[4]! / level).toBeCloseTo(0.6, 10);
  });

  it('have the level as their P50, however far earlier P50s were from it', () => {
    expect(leadTimeQuantiles(completed(repeated(10, 110), 100), 0, NOW)![10]).toBe(110);
    expect(leadTimeQuantiles(completed(repeated(10, 90), 100), 0, NOW)![10]).toBe(90);
  });

  it('have a P90 that the correction stretches, and a P50 that it does not', () => {
    const leads = [50, 60, 70, 80, 90, 100, 110, 120, 130, 140];
    const plain = leadTimeQuantiles(completed(leads, 100), 0, NOW)!;
    const stretched = leadTimeQuantiles(completed(leads, 100), Math.log(1.2), NOW)!;
    expect(stretched[18]! / plain[18]!).toBeCloseTo(1.2, 10);
    expect(stretched.slice(0, 11)).toEqual(plain.slice(0, 11));
  });

  it('ascend, whatever is corrected', () => {
    const quantiles = leadTimeQuantiles(completed(repeated(10, 60), 60), -0.3, NOW)!;
    expect([...quantiles].sort((one, other) => one - other)).toEqual(quantiles);
  });
});

describe('the correction of the P90', () => {
  const stated = (expectedTo: number | null): ObservedOrder => ({
    ...order(100, 50),
    expectedTo: expectedTo === null ? null : at(expectedTo - 100),
  });

  it('rises by 0.0366 for a late order, and falls by 0.0034 for any other', () => {
    expect(nextCorrection(0, stated(49))).toBeCloseTo(0.0366, 10);
    expect(nextCorrection(0, stated(50))).toBeCloseTo(-0.0034, 10);
    expect(nextCorrection(0.1, stated(null))).toBe(0.1);
    expect(nextCorrection(0.1, { ...stated(49), closedAt: null })).toBe(0.1);
  });

  it('stays within its bounds', () => {
    expect(nextCorrection(0.3, stated(49))).toBe(0.3);
    expect(nextCorrection(-0.3, stated(50))).toBe(-0.3);
  });
});

describe('quantiles', () => {
  it('of a factory without enough orders are its promise, and when an order is overdue', () => {
    const quantiles = promisedQuantiles({ leadTimeSeconds: 10, overdueAfterSeconds: 60 });
    expect([0, 0.5, 0.7, 0.9, 1].map((share) => quantileOf(quantiles, share))).toEqual([
      10,
      10,
      expect.closeTo(35),
      60,
      60,
    ]);
    expect(promisedQuantiles({ leadTimeSeconds: 90, overdueAfterSeconds: 60 })).toEqual(repeated(21, 90));
  });

  it('lie between the two nearest', () => {
    expect(quantileOf(EVEN, 0.52)).toBeCloseTo(52, 10);
    expect(quantileOf(EVEN, 1)).toBe(100);
  });

  it('of what is left are those of the longer lead times, less the time that has passed', () => {
    const left = remainingQuantiles(EVEN, 60)!;
    // Even from 60 to 100 seconds, so half within 20 more.
    expect(quantileOf(left, 0.5)).toBeCloseTo(20, 10);
    expect(quantileOf(left, 0.9)).toBeCloseTo(36, 10);
    expect(remainingQuantiles(EVEN, 0)).toEqual(EVEN);
    expect(remainingQuantiles(EVEN, 100)).toBeNull();
    expect(remainingQuantiles(repeated(21, 60), 59)).toEqual(repeated(21, 1));
  });

  it('of a sum are those of all pairs', () => {
    expect(sumOf(repeated(21, 10), repeated(21, 20))).toEqual(repeated(21, 30));
    const sum = sumOf(EVEN, EVEN);
    // The sum of two even distributions is a triangle: half below 100, nine of ten below 200 - sqrt(2000).
    expect(quantileOf(sum, 0.5)).toBeCloseTo(100, -1);
    expect(Math.abs(quantileOf(sum, 0.9) - (200 - Math.sqrt(2_000)))).toBeLessThan(2);
  });
});
