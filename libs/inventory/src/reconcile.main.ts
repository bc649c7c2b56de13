import 'reflect-metadata';
import { EnvironmentError, readEnvironment } from '#runtime';
import { DataSource } from 'typeorm';
import { DatabaseClock } from './database/clock.js';
import { dataSourceOptions } from './database/data-source-options.js';
import { Database } from './database/database.js';
import { ScriptRunner } from './database/script-runner.js';
import { CommandEnvironment, databaseSettings } from './environment.js';
import { ReconcileService } from './reconcile/reconcile.service.js';

/** `npm run reconcile`: exit status 1 and a table of differences when the warehouse contradicts itself. */
async function reconcile(): Promise<void> {
  const options = dataSourceOptions(databaseSettings(readEnvironment(CommandEnvironment), 1));
  // A mistyped file must not become an empty warehouse, which agrees with itself.
  const dataSource = await new DataSource(
    options.type === 'better-sqlite3' ? { ...options, fileMustExist: true } : options,
  ).initialize();
  try {
    const database = new Database(dataSource, new ScriptRunner(dataSource));
    const differences = await new ReconcileService(database, new DatabaseClock()).reconcile();
    if (differences.length === 0) {
      console.log('The warehouse agrees with itself.');
    } else {
      console.table(differences);
      process.exitCode = 1;
    }
  } finally {
    await dataSource.destroy();
  }
}

reconcile().catch((error: unknown) => {
  console.error(error instanceof EnvironmentError ? error.message : error);
  process.exit(1);
});
