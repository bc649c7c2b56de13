import 'reflect-metadata';
import { EnvironmentError, readEnvironment } from '#runtime';
import { DataSource } from 'typeorm';
import { dataSourceOptions } from './database/data-source-options.js';
import { seed } from './product/seed.js';
import { DatabaseEnvironment, SeedEnvironment } from './environment.js';

/** `npm run migrate [-- --seed]`: brings the database to the newest schema, and fills an empty one with the shop's donuts. */
async function migrate(): Promise<void> {
  const { DATABASE_URL } = readEnvironment(DatabaseEnvironment);
  const dataSource = await new DataSource(dataSourceOptions({ url: DATABASE_URL, poolSize: 1 })).initialize();
  try {
    const applied = await dataSource.runMigrations();
    console.log(
      applied.length > 0 ? `Applied ${applied.map(({ name }) => name).join(', ')}` : 'Schema is up to date',
    );
    if (!process.argv.includes('--seed')) return;
    const environment = readEnvironment(SeedEnvironment);
    const seeded = await dataSource.transaction((manager) =>
      seed(manager, {
        factoryApiUrl: environment.FACTORY_API_URL,
        factoryLeadTimeSeconds: environment.FACTORY_LEAD_TIME_SECONDS,
        factoryOverdueAfterSeconds: environment.FACTORY_OVERDUE_AFTER_SECONDS,
      }),
    );
    if (seeded) console.log('Filled the empty warehouse');
  } finally {
    await dataSource.destroy();
  }
}

migrate().catch((error: unknown) => {
  console.error(error instanceof EnvironmentError ? error.message : error);
  process.exit(1);
});
