import { describe, expect, it } from '@jest/globals';
import { SharedCheck } from './shared-check.js';

describe('a shared check', () => {
  it('runs once for all who ask while it runs, and tells each of the failure', async () => {
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

  it('lets a success count for a while, and a failure for nobody who asks later', async () => {
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
