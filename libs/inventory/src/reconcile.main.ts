import 'reflect-metadata';
import { runCommand, UsageError } from '#runtime';
import { DatabaseClock } from './database/clock.js';
import { createDatabase } from './database/create-database.js';
import { onExistingWarehouse } from './existing-warehouse.js';
import { CheckpointService } from './reconcile/checkpoint/checkpoint.service.js';
import { ReconcileService, type Reconciliation } from './reconcile/reconcile.service.js';

const USAGE = `Checks whether the tables of the warehouse agree with each other. Changes nothing.

  npm run reconcile                    counts everything
  npm run reconcile -- --full          the same
  npm run reconcile -- --incremental   counts what is new, and takes the worker's sums for the rest: it cannot see
                                       that an old sale, line or movement was changed since they were counted
  npm run reconcile -- --help          this text

Variables, from the environment or from a file .env in the project's folder:
  DATABASE_URL                    mysql://user:password@host:3306/database, or a file for the embedded database
                                  (warehouse.sqlite in DATA_DIR, that of npm start)
  DATA_DIR                        where npm start keeps its data (.donut-states)
  DATABASE_PASSWORD               the password, where DATABASE_URL has none
  DATABASE_PASSWORD_FILE          a file with the password
  DATABASE_TLS_CA                 the certificate authority of MySQL

The exit status is 0 when they agree, and 1, with a table of the differences, when they do not.`;

await runCommand({
  usage: USAGE,
  options: { full: { type: 'boolean' }, incremental: { type: 'boolean' } },
  run: async ({ full, incremental }) => {
    if (full && incremental) throw new UsageError('--full and --incremental exclude each other.');
    await onExistingWarehouse(async (dataSource) => {
      const database = createDatabase(dataSource);
      const clock = new DatabaseClock(database);
      const service = new ReconcileService(database, clock, new CheckpointService(database, clock));
      report(await service.reconcile({ full: !incremental }));
    });
  },
});

function report({ differences, isFull, lastFullAt }: Reconciliation): void {
  if (differences.length > 0) {
    console.table(differences);
    process.exitCode = 1;
  } else if (isFull) {
    console.log('The books agree.');
  } else {
    const last = lastFullAt ? `at ${lastFullAt.toISOString()}` : 'never';
    console.log(`What is new in the warehouse agrees. The worker last counted everything: ${last}.`);
  }
}
