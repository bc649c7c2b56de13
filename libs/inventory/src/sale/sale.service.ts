import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { Database } from '../database/database.js';
import { InventoryError } from '../errors.js';
import { GroupCommitter, type GroupLimits } from './group.committer.js';
import { type PendingSale, pendingSale, type SaleDecision } from './pending-sale.js';
import { RememberedSales } from './remembered-sales.js';
import { SaleBatchService } from './sale-batch.service.js';
import { findById, replay } from './sale-records.js';
import { type ConfirmedSale, type SaleOutcome, type SaleRequest } from './sale-request.js';
import { SaleMetrics } from './sale.metrics.js';

/** Injection token of the {@link GroupLimits} of sales. */
export const SALE_LIMITS = Symbol('SALE_LIMITS');

/** Sells what is there: never a unit more, and nothing before it is on disk. */
@Injectable()
export class SaleService implements BeforeApplicationShutdown, OnApplicationShutdown {
  private readonly committer: GroupCommitter<PendingSale, SaleDecision>;
  /** What is being decided, by its key: its twins wait for the decision. */
  private readonly undecided = new Map<string, { asked: PendingSale; decision: Promise<SaleDecision> }>();
  private readonly remembered = new RememberedSales();

  constructor(
    private readonly database: Database,
    batches: SaleBatchService,
    metrics: SaleMetrics,
    @Inject(SALE_LIMITS) limits: GroupLimits,
  ) {
    this.committer = new GroupCommitter({
      limits,
      commit: (sales) => batches.commit(sales),
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
   * @throws InventoryError `SKU.UNKNOWN`, `SALE.QUANTITY_EXCEEDED`, `SALE.KEY_REUSED`, `DATABASE.UNAVAILABLE`
   */
  async place(request: SaleRequest): Promise<SaleOutcome> {
    const asked = pendingSale(request);
    const decision = await (asked.idempotencyKey === null
      ? this.decide(asked)
      : this.decideOnce(asked, asked.idempotencyKey));
    if (decision instanceof InventoryError) throw decision;
    return decision;
  }

  /** @throws InventoryError `SALE.UNKNOWN` */
  async get(id: string): Promise<ConfirmedSale> {
    const found = await this.database.read((manager) => findById(manager, [id]));
    const earlier = found.get(id);
    if (!earlier) throw new InventoryError('SALE.UNKNOWN', `There is no sale ${id}.`);
    return earlier.sale;
  }

  /** What was asked for is finished, while the database is still there. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.committer.drain();
  }

  onApplicationShutdown(): void {
    this.committer.close();
  }

  private async decide(asked: PendingSale): Promise<SaleDecision> {
    const decision = await this.committer.submit(asked);
    return typeof decision === 'string' ? { kind: decision } : decision;
  }

  /** One decision for all who ask under the same key at once: no batch has a key twice. */
  private async decideOnce(asked: PendingSale, key: string): Promise<SaleDecision> {
    for (;;) {
      const earlier = this.remembered.get(key);
      if (earlier) return replay(earlier, asked);
      const twin = this.undecided.get(key);
      if (!twin) break;
      if (twin.asked.requestFingerprint === asked.requestFingerprint) {
        const shared = await twin.decision;
        if (!isConfirmed(shared) && !isAbandoned(shared)) return shared;
      } else {
        await twin.decision.catch(() => undefined);
      }
    }
    const decision = this.decideFirst(asked, key);
    this.undecided.set(key, { asked, decision });
    return decision;
  }

  private async decideFirst(asked: PendingSale, key: string): Promise<SaleDecision> {
    try {
      const decision = await this.decide(asked);
      if (isConfirmed(decision)) {
        this.remembered.add(key, { requestFingerprint: asked.requestFingerprint, sale: decision.sale });
      }
      return decision;
    } finally {
      this.undecided.delete(key);
    }
  }
}

function isConfirmed(decision: SaleDecision): decision is Extract<SaleOutcome, { kind: 'CONFIRMED' }> {
  return !(decision instanceof InventoryError) && decision.kind === 'CONFIRMED';
}

function isAbandoned(decision: SaleDecision): boolean {
  return !(decision instanceof InventoryError) && decision.kind === 'ABANDONED';
}
