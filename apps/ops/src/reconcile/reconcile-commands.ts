import { type Command } from 'commander';
import { action } from '../session.js';
import { withExamples } from '../terminal/arguments.js';
import { type ReconcileOptions } from './reconciliation.js';
import { type RepairOptions } from './repairs.js';

export function addReconcileCommands(program: Command): void {
  const reconcile = program
    .command('reconcile')
    .description('whether stock, ledger, sales and orders agree; the exit status is 1 when they do not')
    .option('--full', 'count everything, old rows as well')
    .action(
      action<ReconcileOptions>(async (session, options) =>
        (await import('./reconciliation.js')).reconcileWarehouse(session, options),
      ),
    );
  withExamples(reconcile, 'reconcile', 'reconcile --full');
  const repair = program
    .command('repair')
    .description('what does not agree, where it comes from, and what mends it; mends it by adjustments')
    .option('--dry-run', 'only show it')
    .option('--yes', 'without a question')
    .action(
      action<RepairOptions>(async (session, options) =>
        (await import('./repairs.js')).repairBooks(session, options),
      ),
    );
  withExamples(repair, 'repair --dry-run', 'repair');
}
