import { describe, expect, it } from '@jest/globals';
import { median, medianOf, ratio, sumOf } from './statistics.js';
import { testCell, testGroup } from './testing/cells.js';

const group = testGroup();

describe('the median', () => {
  it('is the middle value in any order', () => {
    expect(median([30, 1, 20])).toBe(20);
  });

  it('lies between the middle two of an even number', () => {
    expect(median([4, 1, 2, 100])).toBe(3);
  });

  it('compares numbers, not their digits', () => {
    expect(median([9, 10, 100])).toBe(10);
  });

  it('of nothing there is none', () => {
    expect(() => median([])).toThrow(RangeError);
  });
});

describe('the ratio of two cells', () => {
  it('divides within each round, so that a slow round of the machine does not count', () => {
    const product = testCell(group, 'product', [900, 90, 800]);
    const noop = testCell(group, 'no-op', [1_000, 100, 1_000]);
    expect(ratio(product, noop)).toEqual({ median: 0.9, rounds: [0.9, 0.9, 0.8] });
  });

  it('is unknown without a reference, and when a round measured nothing', () => {
    const product = testCell(group, 'product', [900, 90]);
    expect(ratio(product, undefined)).toBeNull();
    expect(ratio(product, testCell(group, 'no-op', [1_000, 0]))).toBeNull();
    expect(ratio(product, testCell(group, 'no-op', [1_000]))).toBeNull();
  });
});

describe('a figure over all rounds', () => {
  it('is unknown when one round does not know it', () => {
    const cell = testCell(group, 'product', [1, 2], { measured: { fsyncsPerSale: null, lost: 2 } });
    expect(medianOf(cell, (round) => round.fsyncsPerSale)).toBeNull();
    expect(sumOf(cell, (round) => round.fsyncsPerSale)).toBeNull();
    expect(sumOf(cell, (round) => round.lost)).toBe(4);
  });
});
