import { describe, expect, it } from '@jest/globals';
import { Caution } from './caution.js';

/** For how many batches it lasts. */
function lengthOf(caution: Caution): number {
  let batches = 0;
  while (caution.isDue()) batches += 1;
  return batches;
}

describe('caution', () => {
  it('lasts longer with each failure that follows on another, up to a bound', () => {
    const caution = new Caution();
    expect(lengthOf(caution)).toBe(0);
    const lengths = Array.from({ length: 8 }, () => {
      caution.raise();
      return lengthOf(caution);
    });
    expect(lengths).toEqual([1, 3, 7, 15, 31, 63, 63, 63]);
  });

  it('begins small again after a success', () => {
    const caution = new Caution();
    caution.raise();
    caution.raise();
    lengthOf(caution);
    caution.relax();
    caution.raise();
    expect(lengthOf(caution)).toBe(1);
  });
});
