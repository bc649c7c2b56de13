import { describe, expect, it } from '@jest/globals';
import { customerOf, dropOpens, option, phaseAt, quantityOf, surge, waitlist } from './profiles.js';

const SMALL = {
  BASE_RATE: '10',
  PEAK_RATE: '100',
  BASE_SECONDS: '5',
  RAMP_SECONDS: '2',
  SPIKE_SECONDS: '10',
};

describe('the profile of a surge', () => {
  it('goes from few buyers to many and back, and knows how many come', () => {
    const { scenario, plannedSales } = surge(SMALL);
    expect(scenario.stages.map(({ target }) => target)).toEqual([10, 100, 100, 10, 10]);
    expect(plannedSales).toBe(50 + 110 + 1_000 + 110 + 50);
  });

  it('sells out in the spike: after it begins, and before it ends', () => {
    const { openingUnits, wantedUnits } = surge(SMALL);
    expect(openingUnits).toBeGreaterThan(2 * (50 + 110));
    expect(openingUnits).toBeLessThan(wantedUnits);
  });

  it('knows the phase of every moment', () => {
    const { phases } = surge(SMALL);
    expect([0, 4_999, 5_000, 7_000, 16_999, 17_000, 23_999, 99_000].map((ms) => phaseAt(phases, ms))).toEqual(
      ['before', 'before', 'rise', 'spike', 'spike', 'fall', 'after', 'after'],
    );
  });
});

describe('the profile of a waitlist', () => {
  it('orders enough for the largest sale', () => {
    expect(waitlist({ TARGET_LEVEL: '1' }).targetLevel).toBe(3);
  });
});

describe('the profile of a drop that opens', () => {
  const env = { RATE: '100', DURATION_SECONDS: '20', OPENS_AFTER_SECONDS: '8', EAGER_PERCENT: '25' };

  it('wants more after the opening than is there', () => {
    const { plannedSales, wantedUnits, openingUnits } = dropOpens(env);
    expect(plannedSales).toBe(2_000);
    expect(wantedUnits).toBe(12 * 75);
    expect(openingUnits).toBe(450);
  });

  it('is not begun when it ends before it opens', () => {
    expect(() => dropOpens({ ...env, DURATION_SECONDS: '8' })).toThrow('more than OPENS_AFTER_SECONDS');
  });

  it('has few customers who try again and again, and others who come once', () => {
    const customers = Array.from({ length: 1_000 }, (_, sale) => customerOf(sale, 25));
    expect(new Set(customers).size).toBe(10 + 750);
    expect(customers.filter((customer) => customer === 'eager-3')).toHaveLength(30);
  });
});

describe('the options of a profile', () => {
  it('are whole numbers, or the run does not begin', () => {
    expect(option({ RATE: '7' }, 'RATE', 1)).toBe(7);
    expect(option({ RATE: '' }, 'RATE', 1)).toBe(1);
    for (const RATE of ['many', '-1', '1.5', '1e3', ' 1']) {
      expect(() => option({ RATE }, 'RATE', 1)).toThrow(`RATE is ${RATE}`);
    }
  });
});

describe('the quantity of a sale', () => {
  it('is 1 to 3, in turn', () => {
    expect([0, 1, 2, 3].map(quantityOf)).toEqual([1, 2, 3, 1]);
  });
});
