import 'reflect-metadata';
import { EnvironmentError, readEnvironment } from '#runtime';
import { DataSource } from 'typeorm';
import { dataSourceOptions } from './database/data-source-options.js';
import { Database } from './database/database.js';
import { DatabaseEnvironment } from './environment.js';
import { ReconcileService } from './reconcile/reconcile.service.js';

/** `npm run reconcile`: exit status 1 and a table of differences when the warehouse contradicts itself. */
async function reconcile(): Promise<void> {
  const { DATABASE_URL } = readEnvironment(DatabaseEnvironment);
  const dataSource = await new DataSource(dataSourceOptions({ url: DATABASE_URL, poolSize: 1 })).initialize();
  try {
    const differences = await new ReconcileService(new Database(dataSource)).reconcile();
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
