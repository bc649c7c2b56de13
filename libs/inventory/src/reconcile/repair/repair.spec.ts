import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AdjustmentService } from '../../adjustment/adjustment.service.js';
import { AuditService } from '../../audit/audit.service.js';
import { type StockMovement } from '../../stock/stock-movement.entity.js';
import { MovementListService } from '../../stock/movement-list.service.js';
import { TEST_DATABASES } from '../../testing/test-database.js';
import { type Damage, DAMAGES } from '../testing/damages.js';
import { trade, type Traded } from '../../testing/trade.js';
import { Warehouse } from '../../testing/warehouse.js';
import { LedgerService } from '../ledger.service.js';
import { ReconcileService } from '../reconcile.service.js';
import { type RepairPlan } from './repair-plan.js';
import { RepairService } from './repair.service.js';

/** What a repair never changes. */
const FACTS = ['sale', 'sale_line', 'goods_receipt'];

const ALL = [
  ...FACTS,
  ...['stock_level', 'stock_movement', 'restock_order', 'audit_entry', 'outbox_message'],
  ...['reconcile_checkpoint', 'sku_checkpoint', 'reconcile_finding'],
];

describe.each(TEST_DATABASES)('repairing the books on %s', (kind) => {
  let warehouse: Warehouse;
  let repairs: RepairService;

  beforeAll(async () => {
    warehouse = await Warehouse.open(kind);
    repairs = warehouse.get(RepairService);
  });

  afterAll(() => warehouse.close());

  const query = (sql: string): Promise<any[]> => warehouse.dataSource.query(sql);
  const contentOf = async (tables: string[]) =>
    Promise.all(tables.map(async (table) => [table, await query(`SELECT * FROM ${table}`)]));

  const ofTraded = <T extends { subject: string }>(
    { sku, saleId, order }: Traded,
    differences: readonly T[],
  ) => differences.filter(({ subject }) => [sku, saleId, order.id].includes(subject));
  const remaining = async (traded: Traded) => ofTraded(traded, await warehouse.differences());
  const incremental = async (traded: Traded) =>
    ofTraded(traded, (await warehouse.get(ReconcileService).reconcile()).differences);

  const expectExplained = (plan: RepairPlan, traded: Traded, { found, causes, remaining = [] }: Damage) => {
    const explained = ofTraded(traded, plan.differences);
    expect(explained.map(({ invariant }) => invariant)).toEqual(found);
    for (const [index, cause] of causes.entries())
      expect(explained[index]!.cause ?? '').toMatch(cause ?? /^$/);
    const left = explained.filter(({ decision }) => decision !== null);
    expect(left.map(({ invariant }) => invariant)).toEqual(remaining);
    expect(
      explained.every(({ decision, repairedWith }) => (decision === null) === (repairedWith !== null)),
    ).toBe(true);
  };

  const correctionsOf = async ({ sku }: Traded) =>
    (
      await warehouse.get(MovementListService).list(sku, { limit: 100, order: 'asc', reason: 'ADJUSTMENT' })
    ).items.filter(({ operator }) => operator === 'kim');

  it.each(DAMAGES)('finds, explains and mends $damage', async (damage) => {
    const traded = await trade(warehouse, `SKU-${DAMAGES.indexOf(damage)}`);
    await warehouse.get(AdjustmentService).adjust(traded.sku, 2, 'counted');
    await warehouse.get(AdjustmentService).adjust(traded.sku, -2, 'counted again');
    for (const sql of [damage.plant(traded)].flat()) await query(sql);
    expect((await remaining(traded)).map(({ invariant }) => invariant)).toEqual(damage.found);
    expect(await incremental(traded)).toEqual(await remaining(traded));

    const before = await contentOf(ALL);
    const plan = await repairs.plan();
    expectExplained(plan, traded, damage);
    expect(await repairs.plan()).toEqual(plan);
    const ofSku = plan.differences.filter(({ subject }) => [traded.sku, traded.order.id].includes(subject));
    expect((await repairs.prepare(traded.sku)).differences).toEqual(ofSku);
    expect(await contentOf(ALL)).toEqual(before);

    const facts = await contentOf(FACTS);
    const { repaired } = await repairs.apply('kim');
    expect(repaired).toEqual(plan.repairs);
    expect(await contentOf(FACTS)).toEqual(facts);
    expect((await remaining(traded)).map(({ invariant }) => invariant)).toEqual(damage.remaining ?? []);
    expect(await incremental(traded)).toEqual(await remaining(traded));
    const { onHand, onOrder = 4, movements } = damage;
    expect(await warehouse.level(traded.sku)).toMatchObject({ onHand, onOrder });

    const corrections = await correctionsOf(traded);
    expect(corrections.map(({ delta, corrects, balanceAfter }) => [delta, corrects, balanceAfter])).toEqual(
      movements,
    );
    await expectAudited(traded, corrections);
    const { totals, sold } = await warehouse.get(LedgerService).of(traded.sku);
    expect(totals.find(({ reason }) => reason === 'SALE')?.units ?? 0).toBe(
      sold.units === 0 ? 0 : -sold.units,
    );
    expect((await repairs.apply('kim')).repaired).toEqual([]);
  });

  async function expectAudited({ sku, order }: Traded, corrections: readonly StockMovement[]): Promise<void> {
    const { items } = await warehouse
      .get(AuditService)
      .list({ action: 'books.repaired', actor: 'kim', limit: 100 });
    const ofStock = items.filter(
      ({ subjectType, subjectId }) => subjectType === 'stock' && subjectId === sku,
    );
    const ofOrder = items.filter(({ subjectId }) => subjectId === order.id);
    if (corrections.length > 0) expect(ofStock).toHaveLength(1);
    for (const { auditEntryId, reference } of corrections) {
      expect(auditEntryId).toBe(ofStock[0]!.id);
      expect(reference).toMatch(/^repair: /);
    }
    for (const { oldValues, newValues } of [...ofStock, ...ofOrder]) {
      expect(oldValues).not.toEqual(newValues);
    }
  }
});
