import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { Database } from '../database/database.js';
import { type ScriptTurn } from '../database/script-runner.js';
import { InventoryError } from '../errors.js';
import { GroupCommitter, type GroupLimits } from './group.committer.js';
import { type PendingSale, pendingSale } from './pending-sale.js';
import { SaleBatchService } from './sale-batch.service.js';
import { earlierSales } from './sale-records.js';
import { type ConfirmedSale, type SaleOutcome, type SaleRequest } from './sale-request.js';
import { SaleLine } from './sale-line.entity.js';
import { Sale } from './sale.entity.js';
import { SaleMetrics } from './sale.metrics.js';
import { SeenKeys } from './seen-keys.js';
import { UndecidedSales, type UndecidedSale } from './undecided-sales.js';

/** Injection token of the {@link GroupLimits} of sales. */
export const SALE_LIMITS = Symbol('SALE_LIMITS');

/** Sells what is there: never a unit more, and nothing before it is on disk. */
@Injectable()
export class SaleService implements BeforeApplicationShutdown, OnApplicationShutdown {
  private readonly committer: GroupCommitter<PendingSale, SaleOutcome, ScriptTurn>;
  /** What is being decided, by its key: its twins wait for it, so that no batch has a key twice. */
  private readonly undecided = new UndecidedSales();
  private readonly seenKeys = new SeenKeys();

  constructor(
    private readonly database: Database,
    batches: SaleBatchService,
    metrics: SaleMetrics,
    @Inject(SALE_LIMITS) limits: GroupLimits,
  ) {
    this.committer = new GroupCommitter<PendingSale, SaleOutcome, ScriptTurn>({
      limits,
      takeTurn: () => batches.takeTurn(),
      commit: (sales, turn) => batches.commit(sales, turn),
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
  place(request: SaleRequest): Promise<SaleOutcome> {
    const { idempotencyKey: key } = request;
    if (key === undefined) return this.committer.submit(pendingSale(request, false));
    const asked = pendingSale(request, this.seenKeys.note(key));
    const twin = this.undecided.find(key);
    return twin ? this.placeAfter(twin, request, asked) : this.placeFirst(asked, key);
  }

  /** @throws InventoryError `SALE.UNKNOWN` */
  async get(id: string): Promise<ConfirmedSale> {
    const [earlier] = await this.database.read(async (manager) =>
      earlierSales(
        await manager.findBy(Sale, { id }),
        await manager.find(SaleLine, { where: { saleId: id }, order: { sku: 'ASC' } }),
      ),
    );
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

  private placeFirst(asked: PendingSale, key: string): Promise<SaleOutcome> {
    const outcome = this.committer.submit(asked);
    const undecided = this.undecided.add(key, asked.requestFingerprint, outcome);
    const forget = () => this.undecided.remove(undecided);
    outcome.then(forget, forget);
    return outcome;
  }

  /** A twin's outcome is one's own, unless it was asked for something else, or gave up. */
  private async placeAfter(
    twin: UndecidedSale,
    request: SaleRequest,
    asked: PendingSale,
  ): Promise<SaleOutcome> {
    if (twin.requestFingerprint === asked.requestFingerprint) {
      const outcome = await twin.outcome;
      if (outcome.kind === 'CONFIRMED') return { ...outcome, replayed: true };
      if (outcome.kind !== 'ABANDONED') return outcome;
    } else {
      await twin.outcome.catch(() => undefined);
    }
    return this.place(request);
  }
}
