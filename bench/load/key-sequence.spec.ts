import { expect, it } from '@jest/globals';
import { KeySequence } from './key-sequence.js';

const KEYS = 300_000;

it('makes no idempotency key twice, alone or beside another sequence', () => {
  const one = new KeySequence();
  const other = new KeySequence();
  const keys = new Set<string>();
  for (let made = 0; made < KEYS; made += 1) keys.add(one.next()).add(other.next());
  expect(keys.size).toBe(2 * KEYS);
});

it('makes UUIDs in no order', () => {
  const sequence = new KeySequence();
  const keys = Array.from({ length: 1_000 }, () => sequence.next());
  for (const key of keys)
    expect(key).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
  const rising = keys.filter((key, index) => index > 0 && key > keys[index - 1]!).length;
  expect(rising).toBeGreaterThan(400);
  expect(rising).toBeLessThan(600);
});
