import {
  type BeforeApplicationShutdown,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { type Server } from 'node:http';
import { CallbackClient, type CallbackOutcome } from './callback.client.js';
import { CallbackSettings } from './callback-settings.js';
import { callbackOf, type Delivery, describeDelivery, type Order, withoutQuery } from './order.js';
import { OrderBook } from './order-book.js';
import { OrderJournal } from './order-journal.js';

/** Callbacks on their way at once. A restart may find thousands due: all at once, they would run out of sockets. */
const CALLBACKS_AT_ONCE = 32;

/**
 * Sends every callback when it is due, and again a few times when it fails. Callbacks that an earlier run left
 * are resumed once the port is won; those already due leave at once, with all their tries.
 */
@Injectable()
export class DeliverySchedule implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(DeliverySchedule.name);
  private readonly timers = new Set<NodeJS.Timeout>();
  private readonly waiting: (() => Promise<void>)[] = [];
  private readonly stopping = new AbortController();
  private onTheirWay = 0;

  constructor(
    private readonly book: OrderBook,
    private readonly journal: OrderJournal,
    private readonly client: CallbackClient,
    private readonly settings: CallbackSettings,
    private readonly http: HttpAdapterHost,
  ) {}

  onApplicationBootstrap(): void {
    const server = this.http.httpAdapter.getHttpServer() as Server;
    server.once('listening', () => this.resume());
  }

  beforeApplicationShutdown(): void {
    this.stopping.abort();
    for (const timer of this.timers) clearTimeout(timer);
    this.timers.clear();
    this.waiting.length = 0;
    this.journal.close();
  }

  /** Schedules the callbacks of an order that are still to come. */
  add(order: Order): void {
    for (const delivery of order.deliveries) {
      if (delivery.state === 'PENDING') this.wait(order, delivery, delivery.dueAt - Date.now());
    }
  }

  private resume(): void {
    const orders = this.book.all();
    this.journal.open(orders);
    const pending = orders.flatMap((order) => order.deliveries).filter(({ state }) => state === 'PENDING');
    if (pending.length > 0) this.logger.log(`Resuming ${pending.length} callbacks of earlier runs`);
    for (const order of orders) this.add(order);
  }

  private wait(order: Order, delivery: Delivery, delayMs: number): void {
    const timer = setTimeout(
      () => {
        this.timers.delete(timer);
        this.waiting.push(() => this.deliver(order, delivery));
        this.sendWaiting();
      },
      Math.max(0, delayMs),
    );
    this.timers.add(timer);
  }

  private sendWaiting(): void {
    while (this.onTheirWay < CALLBACKS_AT_ONCE) {
      const deliver = this.waiting.shift();
      if (!deliver) return;
      this.onTheirWay++;
      void deliver().finally(() => {
        this.onTheirWay--;
        this.sendWaiting();
      });
    }
  }

  private async deliver(order: Order, delivery: Delivery): Promise<void> {
    const { signal } = this.stopping;
    const outcome = await this.client.send(order.callbackUrl, callbackOf(order, delivery), signal);
    // Whatever the try came to, the next run repeats it: this one's journal is closed.
    if (signal.aborted) return;

    delivery.tries++;
    delivery.lastOutcome = outcome.detail;
    const retryDelayMs = this.settings.retryDelaysMs[delivery.tries - 1];
    if (outcome.kind === 'FAILED' && retryDelayMs !== undefined) {
      this.report(order, delivery, outcome, `tried again in ${retryDelayMs} ms`);
      this.wait(order, delivery, retryDelayMs);
    } else {
      delivery.state = outcome.kind === 'DELIVERED' ? 'DELIVERED' : 'GIVEN_UP';
      this.report(order, delivery, outcome, delivery.state === 'DELIVERED' ? 'done' : 'given up');
      this.note(order, delivery);
    }
  }

  private note(order: Order, delivery: Delivery): void {
    try {
      this.journal.recordSettled(order, delivery);
    } catch (error) {
      this.logger.error(`The next run will repeat a callback of order ${order.number}: ${String(error)}`);
    }
  }

  private report(order: Order, delivery: Delivery, outcome: CallbackOutcome, consequence: string): void {
    const copy = delivery.copy > 1 ? ', repeated' : '';
    const line =
      `Order ${order.number}, ${describeDelivery(delivery)}${copy}: ${delivery.count} x ${order.productId} to ` +
      `${withoutQuery(order.callbackUrl)}, try ${delivery.tries}: ${outcome.detail}, ${consequence}`;
    if (outcome.kind === 'DELIVERED') this.logger.log(line);
    else this.logger.warn(line);
  }
}
