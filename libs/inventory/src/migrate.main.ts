import 'reflect-metadata';
import { EnvironmentError, readEnvironment } from '#runtime';
import { DataSource, type EntityManager } from 'typeorm';
import { dataSourceOptions } from './database/data-source-options.js';
import { migrate } from './database/migrate.js';
import { DatabaseEnvironment, databaseSettings, SeedEnvironment } from './environment.js';
import { seed } from './product/seed.js';

/** `npm run migrate [-- --seed]`: brings the database to the newest schema, and fills an empty one with the shop's donuts. */
async function main(): Promise<void> {
  const settings = databaseSettings(readEnvironment(DatabaseEnvironment), 1);
  const dataSource = await new DataSource(dataSourceOptions(settings)).initialize();
  try {
    const { applied, filled } = await migrate(
      dataSource,
      process.argv.includes('--seed') ? fillFromEnvironment : undefined,
    );
    console.log(applied.length > 0 ? `Applied ${applied.join(', ')}` : 'Schema is up to date');
    if (filled) console.log('Filled the empty warehouse');
  } finally {
    await dataSource.destroy();
  }
}

function fillFromEnvironment(manager: EntityManager): Promise<boolean> {
  const environment = readEnvironment(SeedEnvironment);
  return seed(manager, {
    factoryApiUrl: environment.FACTORY_API_URL,
    factoryLeadTimeSeconds: environment.FACTORY_LEAD_TIME_SECONDS,
    factoryOverdueAfterSeconds: environment.FACTORY_OVERDUE_AFTER_SECONDS,
  });
}

main().catch((error: unknown) => {
  console.error(error instanceof EnvironmentError ? error.message : error);
  process.exit(1);
});
