import { describe, expect, it } from '@jest/globals';
import { v4 as uuidv4, v7 as uuidv7 } from 'uuid';
import { SeenKeys } from './seen-keys.js';

describe('the keys that were seen', () => {
  it.each([
    ['UUIDv4', () => uuidv4()],
    ['UUIDv7', () => uuidv7()],
    ['counted', (nth: number) => `order-${nth}`],
    ['counted, padded', (nth: number) => `cart/2026-11-24/${String(nth).padStart(12, '0')}`],
  ])('hold a quarter of a million %s keys, and take hardly a fresh one for seen', (_, keyOf) => {
    const seen = new SeenKeys();
    const keys = Array.from({ length: 250_000 }, (_, nth) => keyOf(nth));
    const mistaken = keys.filter((key) => seen.note(key)).length;
    expect(mistaken).toBeLessThanOrEqual(10);
    expect(keys.filter((key) => !seen.note(key))).toEqual([]);
  });

  it('forget in the end, so that fresh keys stay fresh for ever', () => {
    const seen = new SeenKeys();
    seen.note('the first');
    let mistaken = 0;
    for (let nth = 0; nth < 1_000_000; nth += 1) if (seen.note(`later-${nth}`)) mistaken += 1;
    expect(mistaken).toBeLessThan(100);
    expect(seen.note('the first')).toBe(false);
  });
});
