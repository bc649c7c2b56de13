import { BoundedLog, withTimeout } from '#runtime';
import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { IsNull, Not } from 'typeorm';
import { Clock } from '../database/clock.js';
import { ClockOffset } from '../database/clock-offset.js';
import { Database } from '../database/database.js';
import { type InventoryError } from '../errors.js';
import { Product } from '../product/product.entity.js';
import { isBeforeOpening, type SellingRules, sellingRefusal } from './selling-rules.js';
import { type SaleRequest } from './sale-request.js';
import { SaleMetrics } from './sale-metrics.js';

/** How old the rules may be by which a request is refused, in ms. */
const BELIEVED_MS = 1_000;

/** Read so often while there are requests, in ms: they need not wait for it then. */
const REFRESH_MS = 750;

/** Without a request for so long, nothing is read, in ms. */
const IDLE_MS = 5_000;

/** How long a request waits for the rules, and how long it does not after they could not be read, in ms. */
const READ_LIMIT_MS = 1_000;
const RETRY_MS = 1_000;

/** Where a request is refused without the database. */
export interface EarlyRefusal {
  error: InventoryError;
  /** Nothing was ever sold by the rules that refuse it; else its idempotency key may have a sale. */
  isBeforeOpening: boolean;
}

/**
 * The products that have rules of their own about who may buy and when, and the time of the database: so that requests which come
 * before a sale opens cost no work of the database, however many they are. A request is only refused by it, never sold: the batch
 * decides again by the product's row.
 */
@Injectable()
export class SellingRulesCache implements OnApplicationShutdown {
  private rules: ReadonlyMap<string, SellingRules> = new Map();
  private readonly offset = new ClockOffset();
  private readAt = -Infinity;
  private usedAt = -Infinity;
  private awayUntil = -Infinity;
  private reading: Promise<void> | undefined;
  private readonly timer = setInterval(() => this.keepFresh(), REFRESH_MS).unref();
  private readonly log = new BoundedLog(new Logger(SellingRulesCache.name), {
    linesPerSecond: 1,
    overflowMessage: 'the rules of products could not be read more often in this second',
    overflowFact: 'times',
  });

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    metrics: SaleMetrics,
  ) {
    metrics.watchClockError(() => this.offset.errorMs(performance.now()));
  }

  /** Waits for the rules where those that are known are too old, or none are. Undefined where nothing need be waited for. */
  prepare(): Promise<void> | undefined {
    this.usedAt = performance.now();
    if (this.isFresh || this.usedAt < this.awayUntil) return undefined;
    return this.refresh();
  }

  /** @param arrivedAt by `performance.now()` */
  refusal(request: Pick<SaleRequest, 'lines'>, arrivedAt: number): EarlyRefusal | undefined {
    // Most shops have no such product: the request is not looked at then.
    if (this.rules.size === 0) return undefined;
    const at = this.isFresh && this.offset.at(arrivedAt);
    if (!at) return undefined;
    for (const { sku } of request.lines) {
      const rules = this.rules.get(sku);
      const error = rules && sellingRefusal(rules, at);
      if (error)
        return { error, isBeforeOpening: rules.status !== 'DISCONTINUED' && isBeforeOpening(rules, at) };
    }
    return undefined;
  }

  /**
   * The time of the database at a moment of `performance.now()`. Before the first reading, which takes a database that cannot be
   * read, it is that of this machine.
   */
  timeAt(monotonicMs: number): Date {
    const localMs = this.clock.localNow().getTime() + monotonicMs - performance.now();
    return this.offset.at(monotonicMs) ?? new Date(localMs);
  }

  /** Reads now, once for all that ask meanwhile. It never fails: without rules the batch decides. */
  refresh(): Promise<void> {
    this.reading ??= this.read().finally(() => (this.reading = undefined));
    return this.reading;
  }

  /** Resolves when no request waits for the rules. */
  get settled(): Promise<void> | undefined {
    return this.reading;
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  private get isFresh(): boolean {
    return performance.now() <= this.readAt + BELIEVED_MS;
  }

  private keepFresh(): void {
    const now = performance.now();
    if (now <= this.usedAt + IDLE_MS && now >= this.awayUntil) void this.refresh();
  }

  private async read(): Promise<void> {
    const readAt = performance.now();
    try {
      const products = await withTimeout(this.readProducts(), READ_LIMIT_MS);
      this.rules = new Map(products.map((product) => [product.sku, product]));
      this.readAt = readAt;
    } catch (error) {
      this.awayUntil = performance.now() + RETRY_MS;
      const { message } = error as Error;
      this.log.warn('the rules of products could not be read', () => ({ error: message }));
    }
  }

  private readProducts(): Promise<Product[]> {
    return this.database.read(async (manager) => {
      const sentAt = performance.now();
      this.offset.record(await this.clock.now(manager), sentAt, performance.now());
      return manager.find(Product, {
        where: [{ status: 'DISCONTINUED' }, { salesFrom: Not(IsNull()) }, { salesUntil: Not(IsNull()) }],
      });
    });
  }
}
