import { type Command } from 'commander';
import { action } from '../session.js';
import { withExamples } from '../terminal/arguments.js';

export function addReconcileCommand(program: Command): void {
  const reconcile = program
    .command('reconcile')
    .description('whether stock, ledger, sales and orders agree; the exit status is 1 when they do not')
    .action(action(async (session) => (await import('./reconciliation.js')).reconcileWarehouse(session)));
  withExamples(reconcile, 'reconcile');
}
