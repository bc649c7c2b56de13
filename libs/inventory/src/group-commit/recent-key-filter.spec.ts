import { describe, expect, it } from '@jest/globals';
import { v4 as uuidv4, v7 as uuidv7 } from 'uuid';
import { RecentKeyFilter } from './recent-key-filter.js';

describe('the recent key filter', () => {
  it.each([
    ['UUIDv4', () => uuidv4()],
    ['UUIDv7', () => uuidv7()],
    ['counted', (index: number) => `order-${index}`],
    ['counted, padded', (index: number) => `cart/2026-11-24/${String(index).padStart(12, '0')}`],
  ])('holds a quarter of a million %s keys, with few false positives', (_, keyOf) => {
    const filter = new RecentKeyFilter();
    const keys = Array.from({ length: 250_000 }, (_, index) => keyOf(index));
    const mistaken = keys.filter((key) => filter.add(key)).length;
    expect(mistaken).toBeLessThanOrEqual(10);
    expect(keys.filter((key) => !filter.add(key))).toEqual([]);
  });

  it('drops old keys, so that the false positives stay few', () => {
    const filter = new RecentKeyFilter();
    filter.add('the first');
    let mistaken = 0;
    for (let index = 0; index < 1_000_000; index += 1) if (filter.add(`later-${index}`)) mistaken += 1;
    expect(mistaken).toBeLessThan(100);
    expect(filter.add('the first')).toBe(false);
  });
});
