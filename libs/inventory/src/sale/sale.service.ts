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
import { InFlightDuplicates } from './in-flight-duplicates.js';
import { storedKey } from './idempotency-key.js';
import { type PendingSale, pendingSale } from './pending-sale.js';
import { SaleBatchService } from './sale-batch.service.js';
import { earlierSales } from './sale-records.js';
import { type ConfirmedSale, type SaleOutcome, type SaleRequest } from './sale-request.js';
import { SaleLine } from './sale-line.entity.js';
import { Sale } from './sale.entity.js';
import { SaleMetrics } from './sale-metrics.js';
import { SeenKeys } from './seen-keys.js';
import { UndecidedSales, type UndecidedSale } from './undecided-sales.js';

/** Injection token of the {@link GroupLimits} of sales. */
export const SALE_LIMITS = Symbol('SALE_LIMITS');

/** Sells what is there: never a unit more, and nothing before it is on disk. */
@Injectable()
export class SaleService implements BeforeApplicationShutdown, OnApplicationShutdown {
  private readonly committer: GroupCommitter<PendingSale, SaleOutcome, ScriptTurn>;
  /** What is being decided, by its key: its duplicates wait for it, so that no batch has a key twice. */
  private readonly undecided = new UndecidedSales();
  private readonly seenKeys = new SeenKeys();

  constructor(
    private readonly database: Database,
    batches: SaleBatchService,
    metrics: SaleMetrics,
    @Inject(SALE_LIMITS) private readonly limits: GroupLimits,
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
   * @throws InventoryError `SKU.UNKNOWN`, `SALE.QUANTITY_EXCEEDED`, `SALE.KEY_REUSED`, `SALE.KEY_IN_USE`,
   * `DATABASE.UNAVAILABLE`
   */
  place(request: SaleRequest): Promise<SaleOutcome> {
    const key = storedKey(request);
    if (key === undefined) return this.committer.submit(pendingSale(request, key, false));
    const mayBeRepeat = this.seenKeys.note(key);
    const undecided = this.undecided.find(key);
    if (undecided) return this.placeDuplicate(undecided, request);
    const sale = pendingSale(request, key, mayBeRepeat);
    return this.submit(this.undecided.add(key, sale.requestFingerprint), sale);
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
    await Promise.allSettled([this.committer.drain(), ...this.undecided.duplicateAnswers()]);
  }

  onApplicationShutdown(): void {
    this.committer.close();
  }

  /** @param arrivedAt for one that has waited as a duplicate; see {@link GroupCommitter.submit} */
  private submit(undecided: UndecidedSale, sale: PendingSale, arrivedAt?: number): Promise<SaleOutcome> {
    const outcome = this.committer.submit(sale, arrivedAt);
    const settle = (settled: SaleOutcome | Error) => this.settle(undecided, settled);
    outcome.then(settle, settle);
    return outcome;
  }

  private placeDuplicate(undecided: UndecidedSale, request: SaleRequest): Promise<SaleOutcome> {
    const { requestFingerprint } = undecided;
    const duplicates = (undecided.duplicates ??= new InFlightDuplicates(
      requestFingerprint,
      this.limits.waitMs,
    ));
    if (duplicates.isFull) {
      const detail = 'Too many requests with this idempotency key are waiting for the first of them.';
      return Promise.reject(new InventoryError('SALE.KEY_IN_USE', detail));
    }
    return duplicates.add(pendingSale(request, undecided.key, true));
  }

  /** Answers the duplicates of a request that was decided, or submits the next of them. */
  private settle(undecided: UndecidedSale, outcome: SaleOutcome | Error): void {
    const next = undecided.duplicates?.settle(outcome);
    if (!next) {
      this.undecided.remove(undecided);
      return;
    }
    const { resolve, reject } = next.answer;
    this.submit(undecided, next.sale, next.arrivedAt).then(resolve, reject);
  }
}
