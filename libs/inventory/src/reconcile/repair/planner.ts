import { type EntityManager, In } from 'typeorm';
import { AuditEntry } from '../../audit/audit-entry.entity.js';
import { RestockOrder } from '../../restock/restock-order.entity.js';
import { type Difference, RULE } from '../invariants.js';
import { causeOf } from './causes.js';
import { decisionByPerson, isForPerson, openQuestion } from './decisions.js';
import { type ExplainedDifference, type RepairPlan } from './repair-plan.js';
import { skuDifferences } from './sku-differences.js';
import { factsOf, isEmpty, type SkuFacts, skuRepair } from './sku-repair.js';

/** What the audit calls a repair. */
export const REPAIRED = 'books.repaired';

/** Invariants whose subject is a restock order. */
const OF_ORDERS: readonly string[] = [RULE.receipts, RULE.notTooMuch];

/** Explains differences, and says what mends them, in the caller's snapshot. */
export async function planRepairs(
  manager: EntityManager,
  differences: readonly Difference[],
): Promise<RepairPlan> {
  const skus = await skusOf(manager, differences);
  const factsBySku = new Map<string, SkuFacts>();
  for (const sku of new Set([...skus.values()].sort())) {
    const facts = await factsOf(manager, sku);
    if (facts) factsBySku.set(sku, facts);
  }
  const explained: ExplainedDifference[] = [];
  for (const difference of differences) {
    const facts = factsBySku.get(skus.get(difference) ?? '');
    explained.push(
      facts
        ? await explainOfSku(manager, difference, facts)
        : { ...difference, ...decisionByPerson(difference), repairedWith: null },
    );
  }
  const repairs = [...factsBySku.values()].map(skuRepair).filter((repair) => !isEmpty(repair));
  return { differences: explained, repairs };
}

/** The earlier repairs of a SKU. */
export async function repairsOf(manager: EntityManager, sku: string): Promise<AuditEntry[]> {
  return manager.findBy(AuditEntry, { subjectType: 'stock', subjectId: sku, action: REPAIRED });
}

/** The differences of one SKU, as a reconcile finds them, explained. */
export async function explainSku(manager: EntityManager, facts: SkuFacts): Promise<ExplainedDifference[]> {
  const explained: ExplainedDifference[] = [];
  for (const difference of skuDifferences(facts)) {
    explained.push(await explainOfSku(manager, difference, facts));
  }
  return explained;
}

async function explainOfSku(
  manager: EntityManager,
  difference: Difference,
  facts: SkuFacts,
): Promise<ExplainedDifference> {
  const told = (await repairsOf(manager, facts.level.sku)).map(({ note }) => note ?? '');
  const decision = openQuestion(difference, facts);
  return {
    ...difference,
    cause: await causeOf(manager, difference, facts, told),
    decision,
    repairedWith: decision === null ? facts.level.sku : null,
  };
}

/** The SKU of each difference that is one of a SKU. */
async function skusOf(
  manager: EntityManager,
  differences: readonly Difference[],
): Promise<Map<Difference, string>> {
  const orderIds = differences
    .filter(({ invariant }) => OF_ORDERS.includes(invariant))
    .map(({ subject }) => subject);
  const orders = await manager.findBy(RestockOrder, { id: In(orderIds) });
  const skuOfOrder = new Map(orders.map(({ id, sku }) => [id, sku]));
  const skus = new Map<Difference, string>();
  for (const difference of differences) {
    if (isForPerson(difference)) continue;
    const { invariant, subject } = difference;
    const sku = OF_ORDERS.includes(invariant) ? skuOfOrder.get(subject) : subject;
    if (sku !== undefined) skus.set(difference, sku);
  }
  return skus;
}
