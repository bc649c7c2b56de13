import { Injectable } from '@nestjs/common';
import { type EntityManager } from 'typeorm';
import { AuditService } from '../../audit/audit.service.js';
import { Clock } from '../../database/clock.js';
import { Database } from '../../database/database.js';
import { InventoryError } from '../../errors.js';
import { Product } from '../../product/product.entity.js';
import { RestockOrder } from '../../restock/restock-order.entity.js';
import { RestockService } from '../../restock/restock.service.js';
import { StockLevel } from '../../stock/stock-level.entity.js';
import { StockService } from '../../stock/stock.service.js';
import { WaitlistService } from '../../waitlist/waitlist.service.js';
import { ReconcileService } from '../reconcile.service.js';
import { hasRivals, ordersOf } from './order-repair.js';
import { explainSku, planRepairs, REPAIRED, repairsOf } from './planner.js';
import {
  type CorrectedValues,
  type ExplainedDifference,
  type RepairPlan,
  type SkuRepair,
} from './repair-plan.js';
import { factsOf, isEmpty, type SkuFacts, skuRepair, waitlistOf, withOrders } from './sku-repair.js';

/** How long a SKU may take to be counted, in ms, to be counted once more under its lock, for which buyers wait. */
const RECOUNT_LIMIT_MS = 500;

/** The longest note of an entry in the audit. */
const MAX_NOTE = 500;

export interface RepairOutcome {
  /** What was done. */
  repaired: SkuRepair[];
  /** Differences that are left: for a person to decide. */
  remaining: ExplainedDifference[];
}

/** The books of a SKU as they were before its lock. */
export interface PreparedRepair {
  sku: string;
  differences: ExplainedDifference[];
  facts: SkuFacts;
  /** How many repairs of it there were. */
  repairs: number;
  /** How long it took to count it. */
  tookMs: number;
}

/**
 * Mends what a reconcile finds, where the facts decide how: see `stockMovements` and `orderCorrections`. Nothing is deleted, no
 * sale and no goods receipt is changed, and nothing is changed silently: stock and ledger by `ADJUSTMENT` movements, which name
 * the operator and the entry of the audit; other columns by entries of the audit, which have the old and the new values.
 */
@Injectable()
export class RepairService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly reconciliation: ReconcileService,
    private readonly stock: StockService,
    private readonly waitlist: WaitlistService,
    private readonly restock: RestockService,
    private readonly audit: AuditService,
  ) {}

  /** Every difference of a full reconcile, what it comes from, and what would mend it. Changes nothing. */
  async plan(): Promise<RepairPlan> {
    return this.database.snapshot(async (manager) => {
      const { differences } = await this.reconciliation.reconcile({ full: true }, manager);
      return planRepairs(manager, differences);
    });
  }

  /**
   * Makes a plan and carries it out, each SKU in a transaction of its own: one cause shows in several of its differences.
   *
   * @param by the operator
   */
  async apply(by: string, recountLimitMs = RECOUNT_LIMIT_MS): Promise<RepairOutcome> {
    const { differences, repairs } = await this.plan();
    const repaired: SkuRepair[] = [];
    for (const { sku } of repairs) {
      const prepared = await this.prepare(sku);
      const repair = await this.database.write((manager) =>
        this.carryOut(manager, prepared, by, recountLimitMs),
      );
      if (!isEmpty(repair)) repaired.push(repair);
    }
    return { repaired, remaining: differences.filter(({ decision }) => decision !== null) };
  }

  /**
   * Counts a SKU and explains its differences, before its lock is asked for.
   *
   * @throws InventoryError `SKU.UNKNOWN`
   */
  async prepare(sku: string): Promise<PreparedRepair> {
    const began = performance.now();
    return this.database.snapshot(async (manager) => {
      const facts = await factsOf(manager, sku);
      if (!facts) throw new InventoryError('SKU.UNKNOWN', `There is no product ${sku}.`, { skus: [sku] });
      const tookMs = performance.now() - began;
      const repairs = (await repairsOf(manager, sku)).length;
      return { sku, facts, repairs, tookMs, differences: await explainSku(manager, facts) };
    });
  }

  /**
   * Mends a SKU in the caller's transaction. What is wrong is found again under the lock of the stock level, so that another
   * repair or a sale that came between does no harm.
   *
   * @param recountLimitMs see {@link RECOUNT_LIMIT_MS}
   * @returns what was done: nothing when nothing is wrong any more
   */
  async carryOut(
    manager: EntityManager,
    prepared: PreparedRepair,
    by: string,
    recountLimitMs = RECOUNT_LIMIT_MS,
  ): Promise<SkuRepair> {
    const levels = await this.waitlist.lock(manager, [prepared.sku]);
    const facts = await factsUnderLock(manager, prepared, recountLimitMs);
    const repair = skuRepair(facts);
    if (isEmpty(repair)) return repair;
    const { orders } = facts;
    const level = levels.get(prepared.sku)!;
    const at = await this.clock.now(manager);
    const auditEntryId = await this.record(manager, level, repair, by, noteOf(prepared.differences));
    for (const { delta, corrects, movesStock, note: reference } of repair.movements) {
      const whose = { operator: by, corrects, auditEntryId };
      const movement = { delta, reason: 'ADJUSTMENT' as const, reference, at, ...whose };
      if (movesStock) await this.stock.move(manager, level, movement);
      else await this.stock.writeLedger(manager, level, movement);
    }
    for (const { subjectType, subjectId, newValues } of repair.corrections) {
      if (subjectType === 'restock_order') await manager.update(RestockOrder, { id: subjectId }, newValues);
      else await this.correctLevel(manager, level, newValues);
    }
    await this.waitlist.settle(manager, levels, at);
    // As after any other adjustment: the stock may have come down to the reorder point.
    const product = await manager.findOneBy(Product, { sku: level.sku });
    if (product && !hasRivals(level.sku, orders)) await this.restock.ensure(manager, product, level);
    return repair;
  }

  private async correctLevel(
    manager: EntityManager,
    level: StockLevel,
    { onOrder = level.onOrder, ...waitlist }: CorrectedValues,
  ): Promise<void> {
    await this.stock.changeOnOrder(manager, level, onOrder - level.onOrder);
    Object.assign(level, waitlist);
    await this.stock.storeWaiting(manager, level);
  }

  /** @returns the entry of the audit about the stock */
  private async record(
    manager: EntityManager,
    { sku, onHand, onOrder, reserved, waiting }: StockLevel,
    { movements, corrections }: SkuRepair,
    by: string,
    note: string | null,
  ): Promise<string> {
    const entry = { actor: by, action: REPAIRED, note };
    const ofOrders = corrections.filter(({ subjectType }) => subjectType === 'restock_order');
    for (const correction of ofOrders) await this.audit.record(manager, { ...entry, ...correction });
    const moved = movements.filter(({ movesStock }) => movesStock);
    const newLevel = corrections
      .filter(({ subjectType }) => subjectType === 'stock')
      .reduce<CorrectedValues>((all, { newValues }) => ({ ...all, ...newValues }), {});
    return this.audit.record(manager, {
      ...entry,
      subjectType: 'stock',
      subjectId: sku,
      oldValues: { onHand, onOrder, reserved, waiting },
      newValues: {
        onHand: onHand + moved.reduce((sum, { delta }) => sum + delta, 0),
        onOrder: newLevel.onOrder ?? onOrder,
        reserved: newLevel.reserved ?? reserved,
        waiting: newLevel.waiting ?? waiting,
        movements: movements.map(({ delta, corrects, movesStock }) => ({ delta, corrects, movesStock })),
      },
    });
  }
}

/**
 * The facts of a SKU whose lock the caller's transaction holds.
 *
 * A SKU that takes long to be counted is not counted again: buyers would wait for it. Whatever the product does changes both
 * sides of each difference alike, so that a difference stays what it was, and what has changed since follows from the stock. Only
 * another repair does not: then it is counted again all the same. A change of the tables by hand in these seconds is not seen.
 */
async function factsUnderLock(
  manager: EntityManager,
  { sku, facts, repairs, tookMs }: PreparedRepair,
  recountLimitMs: number,
): Promise<SkuFacts> {
  const isRepaired = (await repairsOf(manager, sku)).length !== repairs;
  if (isRepaired || tookMs < recountLimitMs) return (await factsOf(manager, sku))!;
  const { books, received } = facts;
  const waitlist = await waitlistOf(manager, sku);
  const level = await manager.findOneByOrFail(StockLevel, { sku });
  const current = withOrders({ level, books, received, waitlist }, await ordersOf(manager, sku));
  return {
    ...current,
    books: {
      ...current.books,
      onHand: level.onHand,
      moved: books.moved + level.onHand - books.onHand,
      receivedMoved: books.receivedMoved + current.books.receipts - books.receipts,
    },
  };
}

/** The causes of `differences`, for the audit. */
function noteOf(differences: readonly ExplainedDifference[]): string | null {
  const causes = differences.map(({ cause }) => cause).filter((cause) => cause !== null);
  return causes.length === 0 ? null : [...new Set(causes)].join(' ').slice(0, MAX_NOTE);
}
