import { Injectable } from '@nestjs/common';
import { isSettled, type Order } from './order.js';
import { OrderJournal } from './order-journal.js';

/** Orders held in memory: settled ones make room, oldest first. */
const CAPACITY = 10_000;

/** The orders that the factory has accepted, those of earlier runs among them. */
@Injectable()
export class OrderBook {
  private readonly orders: Map<number, Order>;
  private lastNumber: number;

  constructor(private readonly journal: OrderJournal) {
    this.orders = new Map(journal.found.orders.map((order) => [order.number, order]));
    this.lastNumber = journal.found.orders.reduce((last, { number }) => Math.max(last, number), 0);
    while (this.orders.size > CAPACITY && this.forgetOldestSettled());
  }

  /** A number for the next order that reaches the factory, whatever becomes of it. */
  nextNumber(): number {
    return ++this.lastNumber;
  }

  /**
   * Keeps an order and writes it to the journal.
   *
   * @returns false when the book is full of orders whose callbacks are still to come
   * @throws what keeps the journal from being written; the order is not kept then
   */
  accept(order: Order): boolean {
    if (this.orders.size >= CAPACITY && !this.forgetOldestSettled()) return false;
    this.journal.recordAccepted(order);
    this.orders.set(order.number, order);
    return true;
  }

  /** The order that was accepted under an idempotency key. */
  withKey(idempotencyKey: string): Order | undefined {
    return this.all().find((order) => order.idempotencyKey === idempotencyKey);
  }

  /** All orders held, oldest first. */
  all(): Order[] {
    return [...this.orders.values()];
  }

  /** Newest first. */
  newest(limit: number): Order[] {
    return this.all().slice(-limit).reverse();
  }

  private forgetOldestSettled(): boolean {
    for (const order of this.orders.values()) {
      if (isSettled(order)) return this.orders.delete(order.number);
    }
    return false;
  }
}
