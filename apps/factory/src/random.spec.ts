import { describe, expect, it } from '@jest/globals';
import { SeededRandom } from './random.js';

const draw = (seed: number, times: number) => {
  const random = new SeededRandom(seed);
  return Array.from({ length: times }, () => random.next());
};

describe('SeededRandom', () => {
  it('gives the same sequence for a seed in every version, so that a noted seed repeats a run', () => {
    expect(draw(1, 3)).toEqual([0.6270739405881613, 0.002735721180215478, 0.5274470399599522]);
  });

  it('stays within 0 and 1 and spreads evenly, for the smallest and the largest seed', () => {
    for (const seed of [0, 1, 4_294_967_295]) {
      const numbers = draw(seed, 10_000);
      expect(Math.min(...numbers)).toBeGreaterThanOrEqual(0);
      expect(Math.max(...numbers)).toBeLessThan(1);
      expect(numbers.reduce((sum, number) => sum + number) / numbers.length).toBeCloseTo(0.5, 1);
    }
  });
});
