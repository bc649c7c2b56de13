import { describe, expect, it } from '@jest/globals';
import { UndecidedSales } from './undecided-sales.js';

/** More than there are places, so that several stand in one. */
const KEYS = Array.from({ length: 20_000 }, (_, index) => `key-${index}`);

describe('UndecidedSales', () => {
  it('finds each by its key, also those that share a place', () => {
    const undecided = new UndecidedSales();
    const added = KEYS.map((key) => undecided.add(key, `print of ${key}`));

    expect(KEYS.map((key) => undecided.find(key))).toEqual(added);
    expect(undecided.find('key-')).toBeUndefined();
  });

  it.each([
    ['the first to come first', (index: number) => index],
    ['the last to come first', (index: number) => KEYS.length - 1 - index],
    ['in any order', (index: number) => (index * 7_919) % KEYS.length],
  ])('forgets what is removed and nothing else, %s', (_, nth) => {
    const undecided = new UndecidedSales();
    const added = KEYS.map((key) => undecided.add(key, ''));
    const order = KEYS.map((_key, index) => nth(index));

    for (const index of order.slice(0, KEYS.length / 2)) undecided.remove(added[index]!);

    for (const index of order.slice(0, KEYS.length / 2)) {
      expect(undecided.find(KEYS[index]!)).toBeUndefined();
      expect(added[index]!.next).toBeUndefined();
    }
    for (const index of order.slice(KEYS.length / 2)) expect(undecided.find(KEYS[index]!)).toBe(added[index]);
  });

  it('takes a key again once it was removed', () => {
    const undecided = new UndecidedSales();
    undecided.remove(undecided.add('key', 'first'));
    const again = undecided.add('key', 'second');

    expect(undecided.find('key')).toBe(again);
  });
});
