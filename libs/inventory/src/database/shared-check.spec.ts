import { describe, expect, it } from '@jest/globals';
import { SharedCheck } from './shared-check.js';

describe('a shared check', () => {
  it('runs once for concurrent callers, and fails for each of them', async () => {
    let runs = 0;
    const outcome = Promise.withResolvers<void>();
    const check = new SharedCheck(60_000, () => {
      runs += 1;
      return outcome.promise;
    });
    const answers = [check.run(), check.run(), check.run()];
    outcome.reject(new Error('disk full'));
    expect((await Promise.allSettled(answers)).map(({ status }) => status)).toEqual(
      Array(3).fill('rejected'),
    );
    expect(runs).toBe(1);
  });

  it('keeps a success for a while, and never keeps a failure', async () => {
    let runs = 0;
    const check = new SharedCheck(60_000, async () => {
      runs += 1;
      if (runs === 1) throw new Error('disk full');
    });
    await expect(check.run()).rejects.toThrow('disk full');
    await check.run();
    await check.run();
    expect(runs).toBe(2);
  });
});
