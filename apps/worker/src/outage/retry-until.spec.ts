import { InventoryError } from '#inventory';
import { describe, expect, it } from '@jest/globals';
import { withWrongClock } from '../../../../libs/inventory/src/testing/wrong-clock.js';
import { retryUntil } from './retry-until.js';

describe('trying until a lease ends', () => {
  /** Fails `failures` times, and counts. */
  const workThatFails = (failures: number) => {
    const work = async () => {
      work.tries += 1;
      if (work.tries <= failures) throw new Error(`failure ${work.tries}`);
    };
    work.tries = 0;
    return work;
  };

  it('goes on until the work succeeds', async () => {
    const work = workThatFails(2);
    await retryUntil(performance.now() + 20_000, work);
    expect(work.tries).toBe(3);
  });

  it('fails as the last try did, without a pause that would outlive the lease', async () => {
    const work = workThatFails(5);
    await expect(retryUntil(performance.now() + 50, work)).rejects.toThrow('failure 1');
    expect(work.tries).toBe(1);
  });

  it('continues beyond the lease while the database is down: no other worker can claim it', async () => {
    let tries = 0;
    await retryUntil(performance.now(), async () => {
      tries += 1;
      if (tries <= 3) throw new InventoryError('DATABASE.UNAVAILABLE', 'away');
    });
    expect(tries).toBe(4);
  });

  it.each([
    ['ahead', 7_200_000],
    ['behind', -7_200_000],
  ])('is not misled by a clock that is two hours %s', async (_, skewMs) => {
    const [mended, lasting] = [workThatFails(2), workThatFails(5)];
    await withWrongClock(skewMs, () => retryUntil(performance.now() + 20_000, mended));
    expect(mended.tries).toBe(3);
    const trying = withWrongClock(skewMs, () => retryUntil(performance.now() + 50, lasting));
    await expect(trying).rejects.toThrow('failure 1');
  });
});
