import { describe, expect, it } from '@jest/globals';
import { InFlightRequests } from './in-flight-requests.js';

/** More keys than buckets, so that keys share a bucket. */
const KEYS = Array.from({ length: 20_000 }, (_, index) => `key-${index}`);

describe('InFlightRequests', () => {
  it('finds each by its key, also those that share a bucket', () => {
    const requests = new InFlightRequests<string>();
    const added = KEYS.map((key) => requests.add(key, `print of ${key}`));

    expect(KEYS.map((key) => requests.find(key))).toEqual(added);
    expect(requests.find('key-')).toBeUndefined();
  });

  it.each([
    ['the first to come first', (index: number) => index],
    ['the last to come first', (index: number) => KEYS.length - 1 - index],
    ['in any order', (index: number) => (index * 7_919) % KEYS.length],
  ])('removes the given keys and no others, %s', (_, removalOrder) => {
    const requests = new InFlightRequests<string>();
    const added = KEYS.map((key) => requests.add(key, ''));
    const order = KEYS.map((_key, index) => removalOrder(index));

    for (const index of order.slice(0, KEYS.length / 2)) requests.remove(added[index]!);

    for (const index of order.slice(0, KEYS.length / 2)) {
      expect(requests.find(KEYS[index]!)).toBeUndefined();
      expect(added[index]!.next).toBeUndefined();
    }
    for (const index of order.slice(KEYS.length / 2)) expect(requests.find(KEYS[index]!)).toBe(added[index]);
  });

  it('takes a key again once it was removed', () => {
    const requests = new InFlightRequests<string>();
    requests.remove(requests.add('key', 'first'));
    const again = requests.add('key', 'second');

    expect(requests.find('key')).toBe(again);
  });
});
