import { Injectable, Logger } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDuplicate, isInterruption, isRefusedByRow } from '../database/database-errors.js';
import { Database } from '../database/database.js';
import { InventoryError } from '../errors.js';
import { BatchBackoff } from '../group-commit/batch-backoff.js';
import { ContentionDetector } from '../group-commit/contention-detector.js';
import { LockingBatch } from './locking-batch.js';
import { OptimisticBatch } from './optimistic-batch.js';
import { type PendingSale, type SaleDecision } from './pending-sale.js';
import { type FallbackReason, SaleMetrics } from './sale-metrics.js';
import { keysOf, replay, saleQueries, storedSales } from './stored-sales.js';

/** How long the outcome of a batch is looked for after a lost connection, in ms. Then its buyers get an error. */
const LOOK_FOR_MS = 3_000;
const LOOK_AGAIN_AFTER_MS = 200;

/** How often a batch that meets a used key is tried again. */
const MAX_ATTEMPTS = 5;

/** Commits batches of sales: optimistically where that is likely to succeed, under row locks otherwise. */
@Injectable()
export class SaleBatchService {
  private readonly logger = new Logger(SaleBatchService.name);
  /** Batches that go straight to row locks, after an optimistic batch failed. */
  private readonly lockingBackoff = new BatchBackoff();
  /** Batches whose every key is looked up, after another process had used one. */
  private readonly keyLookupBackoff = new BatchBackoff();

  constructor(
    private readonly database: Database,
    private readonly optimistic: OptimisticBatch,
    private readonly locking: LockingBatch,
    private readonly contention: ContentionDetector,
    private readonly metrics: SaleMetrics,
  ) {}

  /**
   * Decides one batch, of which no two sales have the same key.
   *
   * @param gather called once, as late as possible: see {@link OptimisticBatch}
   * @returns a decision for each gathered sale, in their order, once all are committed
   * @throws InventoryError `DATABASE.UNAVAILABLE`; any other error was not fixed by trying again, and sold nothing
   */
  async commit(gather: () => readonly PendingSale[]): Promise<SaleDecision[]> {
    let sales: readonly PendingSale[] = [];
    let replays: ReadonlyMap<PendingSale, SaleDecision> = new Map();
    const decisions = await this.commitNew(async () => {
      sales = gather();
      replays = await this.findReplays(sales);
      return replays.size === 0 ? sales : sales.filter((asked) => !replays.has(asked));
    });
    const next = decisions.values();
    return sales.map((asked) => replays.get(asked) ?? next.next().value!);
  }

  /** Sales that were decided before. A repeat that is missed here is refused by the unique key. */
  private async findReplays(sales: readonly PendingSale[]): Promise<Map<PendingSale, SaleDecision>> {
    const looksUpAll = this.keyLookupBackoff.shouldSkip();
    const suspects = looksUpAll ? sales : sales.filter(({ mayBeRepeat }) => mayBeRepeat);
    const replays = new Map<PendingSale, SaleDecision>();
    if (suspects.length === 0) return replays;
    const found = await this.database.find(saleQueries('idempotency_key', keysOf(suspects)));
    const stored = new Map(storedSales(...found).map((sold) => [sold.idempotencyKey, sold]));
    for (const asked of suspects) {
      const used = asked.idempotencyKey === null ? undefined : stored.get(asked.idempotencyKey);
      if (used) replays.set(asked, replay(used, asked));
    }
    if (looksUpAll && ![...replays.keys()].some(({ mayBeRepeat }) => !mayBeRepeat))
      this.keyLookupBackoff.recordSuccess();
    return replays;
  }

  private async commitNew(gather: () => Promise<readonly PendingSale[]>): Promise<SaleDecision[]> {
    if (this.lockingBackoff.shouldSkip()) return this.fallBack('locking_backoff', await gather());
    let gathering: Promise<readonly PendingSale[]> | undefined;
    try {
      const decisions = await this.optimistic.commit(() => (gathering = gather()));
      if (decisions) {
        this.lockingBackoff.recordSuccess();
        return decisions;
      }
    } catch (error) {
      if (error instanceof InventoryError || !gathering) throw error;
      // The keys of the batch may still be looked up when the connection that holds the advisory lock times out.
      const sales = await gathering;
      (isDuplicate(error) ? this.keyLookupBackoff : this.lockingBackoff).recordFailure();
      return this.fallBack(reasonOf(error), sales, isInterruption(error));
    }
    return this.fallBack('stock_unknown', await (gathering ?? gather()));
  }

  /**
   * Decides the batch under row locks, until its outcome is known. Every attempt uses the ids of the first, so that each
   * sale is made once at most.
   *
   * @param isInDoubt an earlier attempt may have been committed, or may still be
   */
  private async fallBack(
    reason: FallbackReason,
    sales: readonly PendingSale[],
    isInDoubt = false,
  ): Promise<SaleDecision[]> {
    if (sales.length === 0) return [];
    this.metrics.fallBack(reason);
    // Batches under row locks do not take the advisory lock, and do not observe other processes.
    this.contention.reset();
    const endMs = performance.now() + LOOK_FOR_MS;
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.locking.commit(sales, isInDoubt);
      } catch (error) {
        // Another process used a key of the batch under other locks, or an attempt of this process was committed after all.
        if (isDuplicate(error) && attempt < MAX_ATTEMPTS) {
          isInDoubt = true;
          continue;
        }
        if (!(error instanceof InventoryError)) throw error;
        isInDoubt ||= isInterruption(error.cause);
        if (!isInDoubt || performance.now() > endMs) throw error;
        this.logger.warn(
          `The outcome of ${sales.length} sales is unknown (connection lost during COMMIT): looking for them`,
        );
        await sleep(LOOK_AGAIN_AFTER_MS);
      }
    }
  }
}

function reasonOf(error: unknown): FallbackReason {
  if (isRefusedByRow(error)) return 'refused_by_row';
  if (isDuplicate(error)) return 'duplicate_key';
  return isInterruption(error) ? 'interrupted' : 'other';
}
