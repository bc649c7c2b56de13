import { describe, expect, it } from '@jest/globals';
import { TokenBuckets } from './token-buckets.js';

const takeAll = (buckets: TokenBuckets, key: string, now: number) => {
  let taken = 0;
  while (buckets.take(key, now)) taken += 1;
  return taken;
};

describe('token buckets', () => {
  it('allow a burst, then one token for each refill, and never hold more than the burst', () => {
    const buckets = new TokenBuckets({ burst: 20, refillMs: 10_000, maxKeys: 10 });
    const now = performance.now();
    expect(takeAll(buckets, 'a', now)).toBe(20);
    expect(takeAll(buckets, 'a', now + 9_000)).toBe(0);
    expect(takeAll(buckets, 'a', now + 31_000)).toBe(3);
    expect(takeAll(buckets, 'a', now + 86_400_000)).toBe(20);
  });

  it('show how long a key has to wait, and take no token for that', () => {
    const buckets = new TokenBuckets({ burst: 1, refillMs: 10_000, maxKeys: 10 });
    expect(buckets.waitMs('a', 0)).toBe(0);
    buckets.take('a', 0);
    expect(buckets.waitMs('a', 4_000)).toBe(6_000);
    expect(buckets.waitMs('a', 10_000)).toBe(0);
    expect(buckets.take('a', 10_000)).toBe(true);
  });

  it('keep keys apart', () => {
    const buckets = new TokenBuckets({ burst: 2, refillMs: 10_000, maxKeys: 10 });
    expect(takeAll(buckets, 'a', 0)).toBe(2);
    expect(takeAll(buckets, 'b', 0)).toBe(2);
  });

  it('remember only the most recently used keys, up to the limit', () => {
    const buckets = new TokenBuckets({ burst: 1, refillMs: 10_000, maxKeys: 100 });
    buckets.take('kept', 0);
    for (let count = 0; count < 10_000; count += 1) {
      buckets.take(`key ${count}`, 1);
      buckets.take('kept', 1);
    }
    expect(buckets.size).toBe(100);
    expect(buckets.take('kept', 1)).toBe(false);
    expect(buckets.take('key 0', 1)).toBe(true);
  });
});
