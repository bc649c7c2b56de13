import { Injectable, Logger } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { isUniqueViolation, isInterruption, isConstraintViolation } from '../database/database-errors.js';
import { Database } from '../database/database.js';
import { InventoryError } from '../errors.js';
import { BatchBackoff } from '../group-commit/batch-backoff.js';
import { ContentionDetector } from '../group-commit/contention-detector.js';
import { LimitRefusals } from './limit-refusals.js';
import { LockingBatch } from './locking-batch.js';
import { OptimisticBatch } from './optimistic-batch.js';
import { type PendingSale, type SaleDecision } from './pending-sale.js';
import { WebhookEvents } from '../webhook/webhook-events.service.js';
import { type FallbackReason, SaleMetrics } from './sale-metrics.js';
import { SellingRulesCache } from './selling-rules-cache.js';
import { keysOf, replay, saleQueries, storedSales } from './stored-sales.js';

/** How long a batch with an unknown outcome is repeated after a lost connection, in ms. Then its buyers get an error. */
const IN_DOUBT_LIMIT_MS = 3_000;
const IN_DOUBT_RETRY_DELAY_MS = 200;

/** Attempts for a batch that meets a used key, the first one included. */
const MAX_ATTEMPTS = 5;

/** Commits batches of sales: optimistically where that is likely to succeed, under row locks otherwise. */
@Injectable()
export class SaleBatchService {
  private readonly logger = new Logger(SaleBatchService.name);
  /** Batches that skip the optimistic attempt, after one failed. */
  private readonly optimisticBackoff = new BatchBackoff();
  /** Batches that skip the key filter and look up every key, after another process had used one. */
  private readonly keyFilterBackoff = new BatchBackoff();
  private readonly limitRefusals = new LimitRefusals();

  constructor(
    private readonly database: Database,
    private readonly optimistic: OptimisticBatch,
    private readonly locking: LockingBatch,
    private readonly contention: ContentionDetector,
    private readonly metrics: SaleMetrics,
    private readonly webhooks: WebhookEvents,
    private readonly rules: SellingRulesCache,
  ) {}

  /**
   * Decides one batch, of which no two sales have the same key.
   *
   * @param gather called once, as late as possible: see {@link OptimisticBatch}
   * @returns a decision for each gathered sale, in their order, once all are committed
   * @throws InventoryError `DATABASE.UNAVAILABLE`: the outcome may be unknown. Any other error of the database
   */
  async commit(gather: () => readonly PendingSale[]): Promise<SaleDecision[]> {
    await this.prepareWebhooks();
    let sales: readonly PendingSale[] = [];
    let known: ReadonlyMap<PendingSale, SaleDecision> = new Map();
    const decisions = await this.commitNew(async () => {
      sales = gather();
      known = await this.findKnown(sales);
      return known.size === 0 ? sales : sales.filter((asked) => !known.has(asked));
    });
    const next = decisions.values();
    const now = this.rules.timeAt(performance.now());
    return sales.map((asked) => {
      const decided = known.get(asked);
      if (decided) return decided;
      const decision = next.next().value!;
      this.limitRefusals.remember(asked, decision, now);
      return decision;
    });
  }

  /** Before the batch has a lock or sales that wait for it. What is known of them is good enough when the database does not answer. */
  private async prepareWebhooks(): Promise<void> {
    try {
      await this.webhooks.prepare();
    } catch (error) {
      this.logger.warn(`The webhook endpoints were not read: ${String(error)}`);
    }
  }

  /** Sales that were decided before, and those of customers who are at their limit. */
  private async findKnown(sales: readonly PendingSale[]): Promise<Map<PendingSale, SaleDecision>> {
    const refused = this.refusedForLimit(sales);
    const known = await this.findReplays(sales, refused);
    for (const [asked, error] of refused) if (!known.has(asked)) known.set(asked, error);
    return known;
  }

  private refusedForLimit(sales: readonly PendingSale[]): Map<PendingSale, InventoryError> {
    const now = this.rules.timeAt(performance.now());
    const refused = new Map<PendingSale, InventoryError>();
    for (const asked of sales) {
      const error = this.limitRefusals.refusal(asked, now);
      if (error) refused.set(asked, error);
    }
    return refused;
  }

  /**
   * A repeat that is missed here is refused by the unique key. But nothing else finds that of a `refused` sale: it may be one that
   * another process has sold.
   */
  private async findReplays(
    sales: readonly PendingSale[],
    refused: ReadonlyMap<PendingSale, InventoryError>,
  ): Promise<Map<PendingSale, SaleDecision>> {
    const looksUpAll = this.keyFilterBackoff.shouldSkip();
    const suspects = looksUpAll ? sales : sales.filter((asked) => asked.mayBeRepeat || refused.has(asked));
    const replays = new Map<PendingSale, SaleDecision>();
    const keys = keysOf(suspects);
    if (keys.length === 0) return replays;
    const found = await this.database.find(saleQueries('idempotency_key', keys));
    const stored = new Map(storedSales(...found).map((sold) => [sold.idempotencyKey, sold]));
    for (const asked of suspects) {
      const used = asked.idempotencyKey === null ? undefined : stored.get(asked.idempotencyKey);
      if (used) replays.set(asked, replay(used, asked));
    }
    if (looksUpAll && ![...replays.keys()].some(({ mayBeRepeat }) => !mayBeRepeat))
      this.keyFilterBackoff.recordSuccess();
    return replays;
  }

  private async commitNew(gather: () => Promise<readonly PendingSale[]>): Promise<SaleDecision[]> {
    if (this.optimisticBackoff.shouldSkip()) return this.fallBack('optimistic_backoff', await gather());
    let gathering: Promise<readonly PendingSale[]> | undefined;
    try {
      const decisions = await this.optimistic.commit(() => (gathering = gather()));
      if (decisions) {
        this.optimisticBackoff.recordSuccess();
        return decisions;
      }
    } catch (error) {
      if (error instanceof InventoryError || !gathering) throw error;
      // The keys of the batch may still be looked up when the connection that holds the advisory lock times out.
      const sales = await gathering;
      (isUniqueViolation(error) ? this.keyFilterBackoff : this.optimisticBackoff).recordFailure();
      return this.fallBack(reasonOf(error), sales, isInterruption(error));
    }
    return this.fallBack('stock_unknown', await (gathering ?? gather()));
  }

  /**
   * Decides the batch under row locks, until its outcome is known. Every attempt uses the ids of the first, so that each
   * sale is made once at most.
   *
   * @param mayBeCommitted an earlier attempt may have been committed, or may still be committing
   */
  private async fallBack(
    reason: FallbackReason,
    sales: readonly PendingSale[],
    mayBeCommitted = false,
  ): Promise<SaleDecision[]> {
    if (sales.length === 0) return [];
    this.metrics.fallBack(reason);
    // Batches under row locks do not take the advisory lock, and do not observe other processes.
    this.contention.reset();
    const endMs = performance.now() + IN_DOUBT_LIMIT_MS;
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.locking.commit(sales, mayBeCommitted);
      } catch (error) {
        // Another process used a key of the batch under other locks, or an attempt of this process was committed after all.
        if (isUniqueViolation(error) && attempt < MAX_ATTEMPTS) {
          mayBeCommitted = true;
          continue;
        }
        if (!(error instanceof InventoryError)) throw error;
        mayBeCommitted ||= isInterruption(error.cause);
        if (!mayBeCommitted || performance.now() > endMs) throw error;
        this.logger.warn(
          `The outcome of ${sales.length} sales is unknown (connection lost during COMMIT): retrying with the same ids`,
        );
        await sleep(IN_DOUBT_RETRY_DELAY_MS);
      }
    }
  }
}

function reasonOf(error: unknown): FallbackReason {
  if (isConstraintViolation(error)) return 'constraint_violation';
  if (isUniqueViolation(error)) return 'duplicate_key';
  return isInterruption(error) ? 'interrupted' : 'other';
}
