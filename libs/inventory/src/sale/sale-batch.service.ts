import { Injectable, Logger } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDuplicate, isInterruption, isRefusedByRow } from '../database/database-errors.js';
import { Database } from '../database/database.js';
import { type ScriptTurn } from '../database/script-runner.js';
import { InventoryError } from '../errors.js';
import { Caution } from './caution.js';
import { LockingBatch } from './locking-batch.js';
import { Neighbours } from './neighbours.js';
import { OptimisticBatch } from './optimistic-batch.js';
import { type PendingSale, type SaleDecision } from './pending-sale.js';
import { earlierSales, keysOf, replay, saleQueries } from './sale-records.js';
import { type FallbackReason, SaleMetrics } from './sale-metrics.js';

/** How long a batch whose end nobody saw is looked for, in ms, before its buyers are told that nobody knows. */
const LOOK_FOR_MS = 3_000;
const LOOK_AGAIN_AFTER_MS = 200;

/** How often a batch that meets a used key is looked at again. */
const MAX_ATTEMPTS = 5;

/** Commits batches of sales: optimistically where that promises to work, under locks otherwise. */
@Injectable()
export class SaleBatchService {
  private readonly logger = new Logger(SaleBatchService.name);
  /** Batches that go straight to the locks, after rows have refused what was believed of them. */
  private readonly aboutRows = new Caution();
  /** Batches whose every key is looked up, after another process turned out to have used one. */
  private readonly aboutKeys = new Caution();

  constructor(
    private readonly database: Database,
    private readonly optimistic: OptimisticBatch,
    private readonly locking: LockingBatch,
    private readonly neighbours: Neighbours,
    private readonly metrics: SaleMetrics,
  ) {}

  /** See {@link OptimisticBatch.takeTurn}. */
  takeTurn(): Promise<ScriptTurn | undefined> {
    return this.optimistic.takeTurn();
  }

  /**
   * Decides all of `sales`, of which no two have the same key.
   *
   * @param turn which is given back whenever another batch could need it
   * @returns a decision for each, in their order, once all are committed
   * @throws InventoryError `DATABASE.UNAVAILABLE`; anything else was not mended by trying again, and sold nothing
   */
  async commit(sales: readonly PendingSale[], turn?: ScriptTurn): Promise<SaleDecision[]> {
    const repeats = await this.replayed(sales);
    if (repeats.size === 0) return this.commitNew(sales, turn);
    const fresh = sales.filter((asked) => !repeats.has(asked));
    const decisions = (fresh.length > 0 ? await this.commitNew(fresh, turn) : []).values();
    return sales.map((asked) => repeats.get(asked) ?? decisions.next().value!);
  }

  /** What is found to have been decided before. Not finding it proves nothing: that is up to the unique key. */
  private async replayed(sales: readonly PendingSale[]): Promise<Map<PendingSale, SaleDecision>> {
    const isWary = this.aboutKeys.isDue();
    const suspects = isWary ? sales : sales.filter(({ mayBeRepeat }) => mayBeRepeat);
    const replays = new Map<PendingSale, SaleDecision>();
    if (suspects.length === 0) return replays;
    const found = await this.database.find(saleQueries('idempotency_key', keysOf(suspects)));
    const earlier = new Map(earlierSales(...found).map((sold) => [sold.idempotencyKey, sold]));
    for (const asked of suspects) {
      const used = asked.idempotencyKey === null ? undefined : earlier.get(asked.idempotencyKey);
      if (used) replays.set(asked, replay(used, asked));
    }
    if (isWary && ![...replays.keys()].some(({ mayBeRepeat }) => !mayBeRepeat)) this.aboutKeys.relax();
    return replays;
  }

  private async commitNew(sales: readonly PendingSale[], turn?: ScriptTurn): Promise<SaleDecision[]> {
    if (this.aboutRows.isDue()) return this.fallBack('caution', sales);
    try {
      const decisions = await this.optimistic.commit(sales, turn);
      if (!decisions) return await this.fallBack('to_be_looked_at', sales);
      this.aboutRows.relax();
      return decisions;
    } catch (error) {
      if (error instanceof InventoryError) throw error;
      (isDuplicate(error) ? this.aboutKeys : this.aboutRows).raise();
      return this.fallBack(reasonOf(error), sales, isInterruption(error));
    }
  }

  /**
   * Until it is known what became of the batch. Every attempt has the ids of the first: one of them is made at most.
   *
   * @param isInDoubt an attempt may have been committed, or still be
   */
  private async fallBack(
    reason: FallbackReason,
    sales: readonly PendingSale[],
    isInDoubt = false,
  ): Promise<SaleDecision[]> {
    this.metrics.fallBack(reason);
    // Batches under locks take no turns, nor would they notice when the neighbours have stopped.
    this.neighbours.forget();
    const endMs = performance.now() + LOOK_FOR_MS;
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.locking.commit(sales, isInDoubt);
      } catch (error) {
        // Another process took a key of the batch under other locks, or an attempt of our own was committed after all.
        if (isDuplicate(error) && attempt < MAX_ATTEMPTS) {
          isInDoubt = true;
          continue;
        }
        if (!(error instanceof InventoryError)) throw error;
        isInDoubt ||= isInterruption(error.cause);
        if (!isInDoubt || performance.now() > endMs) throw error;
        this.logger.warn(`Nobody knows what became of ${sales.length} sales: looking for them`);
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
