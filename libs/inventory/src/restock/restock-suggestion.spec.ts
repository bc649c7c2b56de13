import { describe, expect, it } from '@jest/globals';
import {
  dailyDemand,
  demandStatistics,
  leadTimeStatistics,
  restockSuggestion,
  type SuggestionInputs,
  suggestedRule,
} from './restock-suggestion.js';

const PRODUCT = { reorderPoint: 20, targetLevel: 100, lotSize: 10 };

/** A demand of 20 ± 5 units a day, and a lead time of 4 ± 1 days. */
const INPUTS: SuggestionInputs = {
  demand: { perDay: 20, deviation: 5, days: 28 },
  leadTime: { p50: 4, p90: 5, mean: 4, deviation: 1, orders: 30 },
  stock: { onHand: 40, due: 50, waiting: 8 },
  product: PRODUCT,
};

const figuresOf = (inputs: Partial<SuggestionInputs>) => {
  const figures = restockSuggestion({ ...INPUTS, ...inputs });
  return Object.fromEntries(figures.map(({ name, value }) => [name, value]));
};

describe('the demand of a product', () => {
  it('is what was sold and refused, the refused spread over the days since the last order', () => {
    expect(dailyDemand([1, 2, 3, 4], 6, 2)).toEqual([1, 2, 6, 7]);
    expect(dailyDemand([1, 2, 3, 4], 6, 1.2)).toEqual([1, 2, 6, 7]);
    expect(dailyDemand([1, 2, 3, 4], 6, 0)).toEqual([1, 2, 3, 10]);
    expect(dailyDemand([1, 2], 6, 90)).toEqual([4, 5]);
  });

  it('has a mean, and the deviation of a sample', () => {
    // The squares of the differences are 9, 1, 1, 9: 20 / 3.
    const { perDay, deviation, days } = demandStatistics([2, 4, 6, 8]);
    expect([perDay, days]).toEqual([5, 4]);
    expect(deviation).toBeCloseTo(Math.sqrt(20 / 3), 10);
  });

  it('deviates as a Poisson distribution where one day is known', () => {
    expect(demandStatistics([9])).toEqual({ perDay: 9, deviation: 3, days: 1 });
    expect(demandStatistics([0])).toEqual({ perDay: 0, deviation: 0, days: 1 });
  });
});

describe('the lead time of a factory', () => {
  it('is that of its completed orders', () => {
    const { mean, deviation, orders } = leadTimeStatistics([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], {
      p50: 5,
      p90: 9,
    });
    expect([mean, orders]).toEqual([5.5, 10]);
    expect(deviation).toBeCloseTo(Math.sqrt(82.5 / 9), 10);
  });

  it('is that of its promise before ten orders are complete', () => {
    const known = { p50: 4, p90: 4 + 1.2816 };
    expect(leadTimeStatistics([100], known)).toEqual({
      ...known,
      mean: 4,
      deviation: expect.closeTo(1),
      orders: 0,
    });
  });
});

describe('the suggested rule', () => {
  it('is that of King', () => {
    // 1.645 * sqrt(4 * 25 + 400 * 1) = 1.645 * 22.3607 = 36.7833; and 20 * 4 + 36.7833, rounded up.
    const { safetyStock, reorderPoint, targetLevel } = suggestedRule(INPUTS.demand, INPUTS.leadTime, PRODUCT);
    expect(safetyStock).toBeCloseTo(36.7833, 4);
    expect([reorderPoint, targetLevel]).toEqual([117, 197]);
  });

  it('needs no safety stock where nothing varies, and nothing where nothing is wanted', () => {
    const steady = { ...INPUTS.demand, deviation: 0 };
    const punctual = { ...INPUTS.leadTime, deviation: 0 };
    expect(suggestedRule(steady, punctual, PRODUCT)).toEqual({
      safetyStock: 0,
      reorderPoint: 80,
      targetLevel: 160,
    });
    const none = { perDay: 0, deviation: 0, days: 28 };
    expect(suggestedRule(none, INPUTS.leadTime, PRODUCT)).toMatchObject({ reorderPoint: 0, targetLevel: 80 });
  });

  it('grows with each deviation and with the service level', () => {
    const of = (demandDeviation: number, leadTimeDeviation: number, z: number) =>
      suggestedRule(
        { ...INPUTS.demand, deviation: demandDeviation },
        { ...INPUTS.leadTime, deviation: leadTimeDeviation },
        PRODUCT,
        z,
      ).reorderPoint;
    expect(of(5, 1, 1.645)).toBeLessThan(of(20, 1, 1.645));
    expect(of(5, 1, 1.645)).toBeLessThan(of(5, 2, 1.645));
    expect(of(5, 1, 1.645)).toBeLessThan(of(5, 1, 2.326));
    expect(of(5, 1, -10)).toBe(0);
  });
});

describe('the suggestion', () => {
  it('counts what is on hand and due, less what waits', () => {
    expect(figuresOf({})).toMatchObject({ position: 82, setReorderPoint: 20 });
  });

  it('orders up to the target level in whole lots, when the position has reached the reorder point', () => {
    // From 82 to 197 are 115 units: twelve lots.
    expect(figuresOf({})).toMatchObject({ reorderPoint: 117, targetLevel: 197, orderQuantity: 120 });
    expect(figuresOf({ stock: { onHand: 117, due: 0, waiting: 0 } }).orderQuantity).toBe(80);
    expect(figuresOf({ stock: { onHand: 118, due: 0, waiting: 0 } }).orderQuantity).toBe(0);
    expect(figuresOf({ product: { ...PRODUCT, lotSize: 500 } }).orderQuantity).toBe(500);
    expect(figuresOf({ stock: { onHand: 0, due: 0, waiting: 33 } }).orderQuantity).toBe(230);
  });

  it('says how each number was worked out, from numbers that are given', () => {
    const figures = restockSuggestion(INPUTS);
    const known = new Map(figures.map(({ name, value }) => [name, value]));
    for (const { formula, inputs } of figures) {
      expect(formula).not.toBe('');
      for (const { name, value } of inputs) {
        if (known.has(name)) expect({ name, value }).toEqual({ name, value: known.get(name) });
      }
    }
    expect(figures.find(({ name }) => name === 'safetyStock')).toEqual({
      name: 'safetyStock',
      value: 36.783,
      unit: 'units',
      formula: 'z * sqrt(leadTimeMean * demandDeviation^2 + demandPerDay^2 * leadTimeDeviation^2)',
      inputs: [
        { name: 'z', value: 1.645 },
        { name: 'demandPerDay', value: 20 },
        { name: 'demandDeviation', value: 5 },
        { name: 'leadTimeMean', value: 4 },
        { name: 'leadTimeDeviation', value: 1 },
      ],
    });
  });
});
