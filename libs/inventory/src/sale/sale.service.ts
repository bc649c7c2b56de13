import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { Clock } from '../database/clock.js';
import { Database } from '../database/database.js';
import { MULTI_STATEMENT_BATCHES } from '../database/multi-statement-runner.js';
import { InventoryError } from '../errors.js';
import { BATCH_LIMITS } from './batch-limits.js';
import { GroupCommitter, type BatchLimits } from '../group-commit/group-committer.js';
import { type InFlightRequest, InFlightRequests } from '../group-commit/in-flight-requests.js';
import { RecentKeyFilter } from '../group-commit/recent-key-filter.js';
import { InFlightDuplicates } from './in-flight-duplicates.js';
import { storedKey } from './idempotency-key.js';
import { PendingSale } from './pending-sale.js';
import { type EarlyRefusal, SellingRulesCache } from './selling-rules-cache.js';
import { SaleBatchService } from './sale-batch.service.js';
import { type ShownSale, type SaleOutcome, type SaleRequest } from './sale-request.js';
import { readSales } from './sale-reader.js';
import { Sale } from './sale.entity.js';
import { SaleMetrics } from './sale-metrics.js';

/** Sells what is in stock: never a unit more, and no answer before the sale is on disk. */
@Injectable()
export class SaleService implements BeforeApplicationShutdown, OnApplicationShutdown {
  private readonly committer: GroupCommitter<PendingSale, SaleOutcome>;
  /** Duplicates of an in-flight request wait for it, so that no batch holds a key twice. */
  private readonly inFlight = new InFlightRequests<InFlightDuplicates>();
  private readonly recentKeys = new RecentKeyFilter();

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    batches: SaleBatchService,
    metrics: SaleMetrics,
    private readonly rules: SellingRulesCache,
    @Inject(BATCH_LIMITS) private readonly limits: BatchLimits,
  ) {
    this.committer = new GroupCommitter<PendingSale, SaleOutcome>({
      limits,
      maxInFlight: database.multiStatement ? MULTI_STATEMENT_BATCHES : 1,
      commit: (gather) => batches.commit(gather),
      concernsAll: (error) => error instanceof InventoryError,
      isAbandoned: ({ isAbandoned }) => isAbandoned?.() ?? false,
      observe: (batch) => metrics.observe(batch),
    });
    metrics.watchWaiting(() => this.committer.waitingCount);
  }

  /**
   * Sells all lines or none. A refusal is an outcome, not an error: it counts the demand for the next restock
   * order and makes sure that one is open.
   *
   * @returns once the outcome is committed
   * @throws InventoryError `SKU.UNKNOWN`, `PRODUCT.DISCONTINUED`, `SALE.NOT_OPEN`, `SALE.CUSTOMER_REQUIRED`, `SALE.LIMIT_REACHED`,
   * `SALE.QUANTITY_EXCEEDED`, `SALE.KEY_REUSED`, `SALE.KEY_IN_USE`, `DATABASE.UNAVAILABLE`
   */
  async place(request: SaleRequest): Promise<SaleOutcome> {
    const arrivedAt = performance.now();
    const preparing = this.rules.prepare();
    if (preparing) await preparing;
    const outcome = await this.placeByRules(request, arrivedAt);
    // Of a repeated request the place is another one by now. The batch of the others does not wait for it.
    const isMoved = outcome.kind === 'WAITING' && (outcome.replayed || !outcome.sale.waiting);
    return isMoved ? { ...outcome, sale: await this.get(outcome.sale.id) } : outcome;
  }

  private placeByRules(request: SaleRequest, arrivedAt: number): Promise<SaleOutcome> {
    const key = storedKey(request);
    const refusal = this.rules.refusal(request, arrivedAt);
    if (refusal && !this.mayBeSold(key, refusal)) return Promise.reject(refusal.error);
    if (key === undefined) return this.committer.submit(new PendingSale(request, key, false, arrivedAt));
    const mayBeRepeat = this.recentKeys.add(key);
    const inFlight = this.inFlight.find(key);
    if (inFlight) return this.placeDuplicate(inFlight, request, arrivedAt);
    const sale = new PendingSale(request, key, mayBeRepeat, arrivedAt);
    return this.submit(this.inFlight.add(key, sale.requestFingerprint), sale);
  }

  /** @throws InventoryError `SALE.UNKNOWN` */
  async get(id: string): Promise<ShownSale> {
    const [sale] = await this.database.read(async (manager) =>
      readSales(manager, await manager.findBy(Sale, { id }), this.clock.localNow()),
    );
    if (!sale) throw new InventoryError('SALE.UNKNOWN', `There is no sale ${id}.`, { id });
    return sale;
  }

  /** Finishes the requests in hand while the database is still connected. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.rules.settled;
    await Promise.allSettled([this.committer.drain(), ...this.duplicateAnswers()]);
  }

  onApplicationShutdown(): void {
    this.committer.close();
  }

  /**
   * Whether a request that the rules refuse may be the repeat of a sale, so that the batch has to look its key up. Before the
   * opening that is so only for a key that this process has seen in a batch: early buyers repeat their requests.
   */
  private mayBeSold(key: string | undefined, refusal: EarlyRefusal): boolean {
    return key !== undefined && (!refusal.isBeforeOpening || this.recentKeys.has(key));
  }

  /** @param arrivedAt for one that has waited as a duplicate; see {@link GroupCommitter.submit} */
  private submit(
    inFlight: InFlightRequest<InFlightDuplicates>,
    sale: PendingSale,
    arrivedAt?: number,
  ): Promise<SaleOutcome> {
    const outcome = this.committer.submit(sale, arrivedAt);
    const settle = (settled: SaleOutcome | Error) => this.settle(inFlight, settled);
    outcome.then(settle, settle);
    return outcome;
  }

  private placeDuplicate(
    inFlight: InFlightRequest<InFlightDuplicates>,
    request: SaleRequest,
    arrivedAt: number,
  ): Promise<SaleOutcome> {
    const { requestFingerprint } = inFlight;
    const duplicates = (inFlight.duplicates ??= new InFlightDuplicates(
      requestFingerprint,
      this.limits.waitMs,
    ));
    if (duplicates.isFull) {
      const detail = 'Too many requests with this idempotency key are waiting for the first of them.';
      return Promise.reject(new InventoryError('SALE.KEY_IN_USE', detail));
    }
    return duplicates.add(new PendingSale(request, inFlight.key, true, arrivedAt));
  }

  private *duplicateAnswers(): Generator<Promise<SaleOutcome>> {
    for (const duplicates of this.inFlight.allDuplicates()) yield* duplicates.answers();
  }

  /** Answers the duplicates of a request that was decided, or submits the next of them. */
  private settle(inFlight: InFlightRequest<InFlightDuplicates>, outcome: SaleOutcome | Error): void {
    const next = inFlight.duplicates?.settle(outcome);
    if (!next) {
      this.inFlight.remove(inFlight);
      return;
    }
    const { resolve, reject } = next.answer;
    this.submit(inFlight, next.sale, next.arrivedAt).then(resolve, reject);
  }
}
