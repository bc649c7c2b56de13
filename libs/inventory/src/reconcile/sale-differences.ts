import { type EntityManager } from 'typeorm';
import { type ReconcileFinding } from './checkpoint/reconcile-finding.entity.js';
import {
  type Difference,
  type DifferenceRow,
  differencesOf,
  MAX_DIFFERENCES,
  SALE_INVARIANTS,
  type SaleInvariant,
} from './invariants.js';

/** Looks at every sale, or at those with an id from `from` on and below `below`. */
export async function saleDifferences(
  manager: EntityManager,
  { from = '', below }: { from?: string; below?: string } = {},
): Promise<Difference[]> {
  const isFull = from === '' && below === undefined;
  const differences: Difference[] = [];
  for (const rule of SALE_INVARIANTS) {
    if (isFull) {
      differences.push(...(await differencesWhere(manager, rule, '1 = 1', [])));
    } else if (rule.isById) {
      const { column } = rule;
      const condition = below === undefined ? `${column} >= ?` : `${column} >= ? AND ${column} < ?`;
      const values = below === undefined ? [from] : [from, below];
      differences.push(...(await differencesWhere(manager, rule, condition, values)));
    }
  }
  return differences;
}

/** Those of `findings` that are still so. */
export async function remainingDifferences(
  manager: EntityManager,
  findings: readonly ReconcileFinding[],
): Promise<Difference[]> {
  const differences: Difference[] = [];
  for (const rule of SALE_INVARIANTS) {
    const subjects = findings
      .filter(({ invariant }) => invariant === rule.invariant)
      .map(({ subject }) => subject)
      .slice(0, MAX_DIFFERENCES);
    if (subjects.length === 0) continue;
    const condition = `${rule.column} IN (${subjects.map(() => '?').join()})`;
    differences.push(...(await differencesWhere(manager, rule, condition, subjects)));
  }
  return differences;
}

async function differencesWhere(
  manager: EntityManager,
  { invariant, sql }: SaleInvariant,
  condition: string,
  values: readonly string[],
): Promise<Difference[]> {
  const rows = await manager.query<DifferenceRow[]>(`${sql(condition)} LIMIT ${MAX_DIFFERENCES}`, [
    ...values,
  ]);
  return differencesOf(invariant, rows);
}
