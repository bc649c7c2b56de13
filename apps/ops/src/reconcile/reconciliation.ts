import { reconcile } from '#client';
import { LONG_TIMEOUT_MS } from '../api/operations-api.js';
import { type CommonOptions, type Session } from '../session.js';
import { print, printJson } from '../terminal/output.js';
import { type Column, tableOf } from '../terminal/table.js';
import { count } from '../terminal/units.js';

const COLUMNS: readonly Column[] = [
  { title: 'SUBJECT' },
  { title: 'EXPECTED' },
  { title: 'ACTUAL' },
  { title: 'DIFFERENCE' },
];

export interface ReconcileOptions {
  full?: boolean;
}

/** Whether the books agree. */
export async function reconcileWarehouse(
  { api, json }: Session,
  { full = false }: ReconcileOptions & CommonOptions,
): Promise<void> {
  const answer = await api.read((request) => reconcile({ ...request, query: { full } }), LONG_TIMEOUT_MS);
  const { clean, differences } = answer;
  if (!clean) process.exitCode = 1;
  if (json) return printJson(answer);
  if (clean) return print('The books agree.');
  const rows = differences.map(({ subject, expected, actual, invariant }) => [
    subject,
    expected,
    actual,
    invariant,
  ]);
  print(
    await tableOf(COLUMNS, rows),
    '',
    `${count(differences.length, 'difference')}: npm run ops -- repair --dry-run explains them`,
  );
}
