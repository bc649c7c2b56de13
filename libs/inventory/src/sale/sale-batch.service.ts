import { Injectable, Logger } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDuplicate, isInterruption, isRefusedByRow } from '../database/database-errors.js';
import { InventoryError } from '../errors.js';
import { LockingBatch } from './locking.batch.js';
import { OptimisticBatch } from './optimistic.batch.js';
import { type PendingSale, type SaleDecision } from './pending-sale.js';
import { type FallbackReason, SaleMetrics } from './sale.metrics.js';

/** How long a batch whose end nobody saw is looked for, in ms, before its buyers are told that nobody knows. */
const LOOK_FOR_MS = 3_000;
const LOOK_AGAIN_AFTER_MS = 200;

/** How often a batch that meets a used key is looked at again. */
const MAX_ATTEMPTS = 5;

/** Most batches that go straight to the locks after optimism has failed again and again. */
const MAX_CAUTION = 64;

/** Commits batches of sales: optimistically where that promises to work, under locks otherwise. */
@Injectable()
export class SaleBatchService {
  private readonly logger = new Logger(SaleBatchService.name);
  /** Batches that still go straight to the locks. */
  private cautious = 0;
  private failuresInARow = 0;

  constructor(
    private readonly optimistic: OptimisticBatch,
    private readonly locking: LockingBatch,
    private readonly metrics: SaleMetrics,
  ) {}

  /**
   * Decides all of `sales`, of which no two have the same key.
   *
   * @returns a decision for each, in their order, once all are committed
   * @throws InventoryError `DATABASE.UNAVAILABLE`; anything else was not mended by trying again, and sold nothing
   */
  async commit(sales: readonly PendingSale[]): Promise<SaleDecision[]> {
    if (this.cautious > 0) {
      this.cautious -= 1;
      this.metrics.fallBack('caution');
      return this.commitLocking(sales, false);
    }
    try {
      const decisions = await this.optimistic.commit(sales);
      if (decisions) {
        this.failuresInARow = 0;
        return decisions;
      }
      this.metrics.fallBack('to_be_looked_at');
      return await this.commitLocking(sales, false);
    } catch (error) {
      if (error instanceof InventoryError) throw error;
      this.becomeCautious(reasonOf(error));
      return this.commitLocking(sales, isInterruption(error));
    }
  }

  /** Until it is known what became of the batch. Every attempt has the ids of the first: one of them is made at most. */
  private async commitLocking(sales: readonly PendingSale[], isInDoubt: boolean): Promise<SaleDecision[]> {
    const end = Date.now() + LOOK_FOR_MS;
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
        if (!isInDoubt || Date.now() > end) throw error;
        this.logger.warn(`Nobody knows what became of ${sales.length} sales: looking for them`);
        await sleep(LOOK_AGAIN_AFTER_MS);
      }
    }
  }

  private becomeCautious(reason: FallbackReason): void {
    this.metrics.fallBack(reason);
    this.failuresInARow += 1;
    this.cautious = Math.min(2 ** this.failuresInARow, MAX_CAUTION) - 1;
  }
}

function reasonOf(error: unknown): FallbackReason {
  if (isRefusedByRow(error)) return 'refused_by_row';
  if (isDuplicate(error)) return 'duplicate_key';
  return isInterruption(error) ? 'interrupted' : 'other';
}
