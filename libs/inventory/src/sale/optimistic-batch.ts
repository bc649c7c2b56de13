import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { Clock } from '../database/clock.js';
import { Database } from '../database/database.js';
import { type MultiStatementRunner } from '../database/multi-statement-runner.js';
import { BatchBackoff } from '../group-commit/batch-backoff.js';
import { ContentionDetector } from '../group-commit/contention-detector.js';
import { purchaseStatements } from './purchase-limit.js';
import { type PendingSale, type SaleDecision, skusOf } from './pending-sale.js';
import { saleStatements, type StockDeduction, unitsLeft } from './sale-statements.js';
import { WebhookEvents } from '../webhook/webhook-events.service.js';
import { isOpenAt } from './selling-rules.js';
import { SellingRulesCache } from './selling-rules-cache.js';
import { StockCache } from './stock-cache.js';
import { customerKeyToStore, type NewSale, outcomeOf, placedSale } from './stored-sales.js';

/** An optimistic batch that is ready to be sent. */
interface OptimisticPlan {
  sales: NewSale[];
  /** In SKU order. */
  deductions: StockDeduction[];
  statements: string[];
}

/**
 * Sells a batch optimistically: in one round trip to MySQL, without reading stock first. The transaction fails if a price or
 * rule differs from the {@link StockCache}, or if the row has too few units. It does not say which sale is the cause.
 */
@Injectable()
export class OptimisticBatch {
  /** Batches that do not ask for the advisory lock, after it was not released in time. */
  private readonly advisoryLockBackoff = new BatchBackoff();

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly stockCache: StockCache,
    private readonly contention: ContentionDetector,
    private readonly webhooks: WebhookEvents,
    private readonly rules: SellingRulesCache,
  ) {}

  /**
   * One transaction for all gathered sales, which confirms each. No two of them have the same key.
   *
   * @param gather called once, or not at all
   * @returns the decisions, once they are committed; `undefined` when the batch must be decided under locks and nothing
   * was done
   * @throws the database's error: nothing was committed, except that the outcome is unknown after a lost connection. Errors
   * of `gather`
   */
  async commit(gather: () => Promise<readonly PendingSale[]>): Promise<SaleDecision[] | undefined> {
    const { multiStatement } = this.database;
    if (!multiStatement) return undefined;
    let plan: OptimisticPlan | undefined;
    const results = await this.run(multiStatement, async () => {
      plan = this.plan(await gather());
      return plan?.statements;
    });
    if (!plan || !results) return undefined;
    const { sku, quantity } = plan.deductions.at(-1)!;
    this.contention.observe(sku, quantity, unitsLeft(results));
    return plan.sales.map(({ sale }) => outcomeOf(sale, false));
  }

  /**
   * Waits for other processes that sell the same SKUs, if there are any, before it gathers. A batch that is gathered first
   * would wait for their row locks and could not take more sales: two processes would make batches of half the size, and
   * need twice as many commits.
   */
  private async run(
    multiStatement: MultiStatementRunner,
    gather: () => Promise<readonly string[] | undefined>,
  ): Promise<readonly unknown[] | undefined> {
    if (this.contention.isContended && !this.advisoryLockBackoff.shouldSkip()) {
      let isGathered = false;
      try {
        return await multiStatement.runUnderAdvisoryLock((hasLock) => {
          isGathered = true;
          if (hasLock) this.advisoryLockBackoff.recordSuccess();
          else this.advisoryLockBackoff.recordFailure();
          return gather();
        });
      } catch (error) {
        // The lock could not be asked for. The batch runs without it, and reports what is wrong.
        if (isGathered) throw error;
      }
    }
    const statements = await gather();
    return statements && multiStatement.run(statements);
  }

  private plan(pending: readonly PendingSale[]): OptimisticPlan | undefined {
    const deductions = this.deductionsOf(pending);
    if (!deductions || deductions.size === 0) return undefined;
    const purchases = purchaseStatements(pending, deductions, this.rules.timeAt(performance.now()));
    if (!purchases) return undefined;
    const at = this.clock.localNow();
    const sales = pending.map((asked): NewSale => {
      const lines = asked.lines.map(({ sku, quantity }) => ({
        sku,
        quantity,
        unitPriceKrw: deductions.get(sku)!.priceKrw,
      }));
      return {
        asked,
        sale: placedSale(asked, 'CONFIRMED', lines, at),
        customerKey: customerKeyToStore(asked, (sku) => deductions.get(sku)),
      };
    });
    const ordered = [...deductions.values()];
    // Counted before the batch is sent, for the batch that is planned meanwhile. After a failure a batch under locks reads
    // the stock again.
    for (const { sku, quantity } of ordered) this.stockCache.deduct(sku, quantity);
    const announcement = this.webhooks.saleInserts(
      sales.map(({ sale }) => sale.id),
      at,
    );
    return {
      sales,
      deductions: ordered,
      statements: saleStatements(sales, ordered, at, announcement, purchases),
    };
  }

  /** What the batch deducts from each SKU, in SKU order; `undefined` when the cache does not show enough stock for all. */
  private deductionsOf(sales: readonly PendingSale[]): Map<string, StockDeduction> | undefined {
    const deductions = new Map<string, StockDeduction>();
    for (const sku of skusOf(sales)) {
      const cached = this.stockCache.get(sku);
      if (!cached) return undefined;
      deductions.set(sku, { movementId: uuidv7(), sku, quantity: 0, ...cached });
    }
    for (const { lines, arrivedAt } of sales) {
      const at = this.rules.timeAt(arrivedAt);
      for (const { sku, quantity } of lines) {
        const deduction = deductions.get(sku)!;
        if (!isOpenAt(deduction, at)) return undefined;
        deduction.quantity += quantity;
        if (quantity > deduction.maxPerSale || deduction.quantity > deduction.optimisticUnits)
          return undefined;
      }
    }
    return deductions;
  }
}
