import { describe, expect, it } from '@jest/globals';
import { QuarantineAllowance } from './quarantine-allowance.js';

describe('QuarantineAllowance', () => {
  const takeAll = (allowance: QuarantineAllowance, now: number) => {
    let taken = 0;
    while (allowance.take(now)) taken += 1;
    return taken;
  };

  it('lets 20 forged callbacks through at once, then one each 10 s, and never saves up more than 20', () => {
    const now = performance.now();
    const allowance = new QuarantineAllowance();
    expect(takeAll(allowance, now)).toBe(20);
    expect(takeAll(allowance, now + 9_000)).toBe(0);
    expect(takeAll(allowance, now + 31_000)).toBe(3);
    expect(takeAll(allowance, now + 86_400_000)).toBe(20);
  });
});
