import { describe, expect, it } from '@jest/globals';
import { type Order } from './order.js';
import { OrderBook } from './order-book.js';
import { OrderJournal } from './order-journal.js';

const pendingOrder = (number: number): Order => ({
  number,
  acceptedAt: 0,
  messageGroupId: 'group',
  productId: 'CP-502101',
  factoryId: 'FF-500293',
  count: 1,
  callbackUrl: 'http://127.0.0.1/',
  deliveries: [
    { part: 1, parts: 1, copy: 1, count: 1, countAsText: false, dueAt: 0, state: 'PENDING', tries: 0 },
  ],
});

describe('OrderBook', () => {
  it('forgets settled orders to make room, and refuses new ones rather than forget a pending one', () => {
    const book = new OrderBook(new OrderJournal());
    const orders = Array.from({ length: 10_000 }, () => pendingOrder(book.nextNumber()));
    expect(orders.every((order) => book.accept(order))).toBe(true);

    const next = pendingOrder(book.nextNumber());
    expect(book.accept(next)).toBe(false);
    orders[7]!.deliveries[0]!.state = 'GIVEN_UP';
    expect(book.accept(next)).toBe(true);
    expect(book.all()).toHaveLength(10_000);
    expect(book.all()).not.toContain(orders[7]);
    expect(book.newest(2).map(({ number }) => number)).toEqual([10_001, 10_000]);
  });
});
