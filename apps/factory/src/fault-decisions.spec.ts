import { describe, expect, it } from '@jest/globals';
import { decideFaults } from './fault-decisions.js';
import { type FaultChange } from './fault-settings.js';
import { SeededRandom } from './random.js';
import { FAULTLESS } from './testing/test-factory.js';

function decide(faults: FaultChange, orders = 200, seed = 42) {
  const random = new SeededRandom(seed);
  return Array.from({ length: orders }, () => decideFaults(random, { ...FAULTLESS, ...faults }));
}

describe('decideFaults', () => {
  it('makes the same decisions for the same orders and seed, and different decisions for another seed', () => {
    const faults = { failurePercent: 30, partialPercent: 50 };
    expect(decide(faults)).toEqual(decide(faults));
    expect(decide(faults)).not.toEqual(decide(faults, 200, 43));
  });

  it('decides each fault independently of the others', () => {
    const before = decide({ latePercent: 40 }).map(({ late }) => late);
    const after = decide({ latePercent: 40, hangPercent: 100, partialPercent: 60 }).map(({ late }) => late);
    expect(after).toEqual(before);
  });

  it('never applies a fault at 0 %, always at 100 %, and about half of the time at 50 %', () => {
    const decisions = decide({ hangPercent: 0, failurePercent: 100, latePercent: 50 }, 2_000);
    expect(decisions.some(({ hang }) => hang)).toBe(false);
    expect(decisions.every(({ failure }) => failure)).toBe(true);
    const late = decisions.filter((decision) => decision.late).length;
    expect(late).toBeGreaterThan(900);
    expect(late).toBeLessThan(1_100);
  });

  it('sends some counts as numbers and some as text', () => {
    expect(new Set(decide({}).map(({ countAsText }) => countAsText[0]))).toEqual(new Set([true, false]));
  });
});
