import { describe, expect, it } from '@jest/globals';
import { InventoryError } from '../errors.js';
import { LimitRefusals } from './limit-refusals.js';
import { PendingSale } from './pending-sale.js';

const NOON = Date.parse('2026-03-01T12:00:00Z');
const at = (ms: number) => new Date(NOON + ms);

function asked(customerEmail: string, quantity: number, sku = 'CP-1') {
  return new PendingSale({ lines: [{ sku, quantity }], customerEmail }, undefined, false, 0);
}

function reached(resetsAt: Date | null = null, remaining = 1) {
  const facts = { sku: 'CP-1', limit: 3, remaining, resetsAt: resetsAt?.toISOString() ?? null };
  return new InventoryError('SALE.LIMIT_REACHED', 'enough', facts);
}

describe('LimitRefusals', () => {
  it('refuses what the customer was refused, for a second', () => {
    const refusals = new LimitRefusals();
    const error = reached();
    refusals.remember(asked('kim@example.com', 2), error, at(0));
    expect(refusals.refusal(asked('kim@example.com', 2), at(999))).toBe(error);
    expect(refusals.refusal(asked('kim@example.com', 2), at(1_000))).toBeUndefined();
  });

  it('refuses neither what is left, nor others, nor other products', () => {
    const refusals = new LimitRefusals();
    refusals.remember(asked('kim@example.com', 2), reached(), at(0));
    expect(refusals.refusal(asked('kim@example.com', 1), at(0))).toBeUndefined();
    expect(refusals.refusal(asked('lee@example.com', 2), at(0))).toBeUndefined();
    expect(refusals.refusal(asked('kim@example.com', 2, 'CP-2'), at(0))).toBeUndefined();
  });

  it('ends with the window of the customer', () => {
    const refusals = new LimitRefusals();
    refusals.remember(asked('kim@example.com', 2), reached(at(300)), at(0));
    expect(refusals.refusal(asked('kim@example.com', 2), at(299))).toBeDefined();
    expect(refusals.refusal(asked('kim@example.com', 2), at(300))).toBeUndefined();
  });

  it('remembers no other decision', () => {
    const refusals = new LimitRefusals();
    const unknown = new InventoryError('SKU.UNKNOWN', 'no such product', { skus: ['CP-1'] });
    refusals.remember(asked('kim@example.com', 2), unknown, at(0));
    refusals.remember(asked('kim@example.com', 2), { kind: 'REFUSED', shortages: [] }, at(0));
    expect(refusals.refusal(asked('kim@example.com', 2), at(0))).toBeUndefined();
  });

  it('keeps the newest ten thousand', () => {
    const refusals = new LimitRefusals();
    for (let buyer = 0; buyer <= 10_000; buyer += 1) {
      refusals.remember(asked(`${buyer}@example.com`, 2), reached(), at(0));
    }
    expect(refusals.refusal(asked('0@example.com', 2), at(1))).toBeUndefined();
    expect(refusals.refusal(asked('1@example.com', 2), at(1))).toBeDefined();
    expect(refusals.refusal(asked('10000@example.com', 2), at(1))).toBeDefined();
  });

  it('counts one that is remembered again among the newest', () => {
    const refusals = new LimitRefusals();
    const remember = (buyer: string) => refusals.remember(asked(buyer, 2), reached(), at(0));
    remember('kim@example.com');
    for (let buyer = 0; buyer < 9_998; buyer += 1) remember(`${buyer}@example.com`);
    remember('kim@example.com');
    remember('lee@example.com');
    remember('park@example.com');
    expect(refusals.refusal(asked('kim@example.com', 2), at(1))).toBeDefined();
    expect(refusals.refusal(asked('0@example.com', 2), at(1))).toBeUndefined();
  });
});
