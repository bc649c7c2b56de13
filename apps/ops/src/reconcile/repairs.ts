import { planRepairs, repair, type Repair, type RepairPlan } from '#client';
import { LONG_TIMEOUT_MS } from '../api/operations-api.js';
import { type CommonOptions, type Session } from '../session.js';
import { confirm, isInteractive } from '../terminal/confirm.js';
import { print, printJson } from '../terminal/output.js';
import { printable } from '../terminal/printable.js';
import { count } from '../terminal/units.js';

export interface RepairOptions {
  dryRun?: boolean;
  yes?: boolean;
}

type SkuRepair = Pick<Repair, 'sku' | 'movements' | 'corrections'>;

/** Shows what does not agree, where it comes from and what would mend it; and mends it when that is wanted. */
export async function repairBooks(
  { api, json }: Session,
  { dryRun = false, yes = false }: RepairOptions & CommonOptions,
): Promise<void> {
  const plan = await api.read((request) => planRepairs({ ...request }), LONG_TIMEOUT_MS);
  if (plan.differences.length > 0) process.exitCode = 1;
  if (dryRun || plan.repairs.length === 0) return json ? printJson(plan) : printPlan(plan);
  if (!json) printPlan(plan);
  if (!yes && !(isInteractive() && (await confirm(`Repair ${count(plan.repairs.length, 'product')}?`)))) {
    return json ? printJson(plan) : print('', 'Nothing was changed. Repair it: npm run ops -- repair --yes');
  }
  const made: Repair[] = [];
  for (const { sku } of plan.repairs) {
    made.push(await api.write((request) => repair({ ...request, body: { sku } })));
  }
  const left = await api.read((request) => planRepairs({ ...request }), LONG_TIMEOUT_MS);
  process.exitCode = left.differences.length > 0 ? 1 : 0;
  if (json) return printJson({ repairs: made, left });
  print('', `${count(made.length, 'product')} repaired.`);
  if (left.differences.length > 0) print('', 'What is left, for a person:', ...left.differences.map(lineOf));
}

function printPlan({ differences, repairs }: RepairPlan): void {
  if (differences.length === 0) return print('The books agree.');
  print(...differences.map(lineOf), '', ...repairs.flatMap(repairLines));
}

function lineOf(difference: RepairPlan['differences'][number]): string {
  const { invariant, subject, expected, actual, cause, decision } = difference;
  const what = `${subject}: ${invariant}: ${actual} where ${expected} is expected.`;
  return printable([what, cause, decision].filter(Boolean).join(' '));
}

function repairLines({ sku, movements, corrections }: SkuRepair): string[] {
  return [
    ...movements.map(
      ({ delta, note, movesStock }) =>
        `${sku}: an adjustment by ${delta > 0 ? '+' : ''}${delta}, ${movesStock ? 'stock and ledger' : 'the ledger alone'}: ${note}`,
    ),
    ...corrections.map(
      ({ subjectId, oldValues, newValues }) =>
        `${sku}: ${subjectId} from ${JSON.stringify(oldValues)} to ${JSON.stringify(newValues)}`,
    ),
  ].map(printable);
}
