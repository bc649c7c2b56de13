import 'reflect-metadata';
import { readEnvironment, runCommand } from '#runtime';
import { type EntityManager } from 'typeorm';
import { connectForCommand } from './database/connect.js';
import { dataSourceOptions } from './schema/data-source-options.js';
import { migrate } from './schema/migrate.js';
import { CommandEnvironment, commandDatabaseSettings, SeedEnvironment } from './environment.js';
import { seed } from './product/seed.js';

const USAGE = `Brings the database to the newest schema.

  npm run migrate                 only the schema
  npm run migrate -- --seed       and fills an empty warehouse with the shop's donuts
  npm run migrate -- --help       this text

Variables, from the environment or from a file .env in the project's folder:
  DATABASE_URL                    mysql://user:password@host:3306/database, or a file for the embedded database
                                  (warehouse.sqlite in DATA_DIR, that of npm start)
  DATA_DIR                        where npm start keeps its data (.donut-states)
  DATABASE_PASSWORD               the password, where DATABASE_URL has none
  DATABASE_PASSWORD_FILE          a file with the password
  DATABASE_TLS_CA                 the certificate authority of MySQL
  FACTORY_API_URL, FACTORY_ADAPTER, FACTORY_LEAD_TIME_SECONDS, FACTORY_OVERDUE_AFTER_SECONDS
                                  the seeded factory`;

await runCommand({ usage: USAGE, options: { seed: { type: 'boolean' } }, run: bringUpToDate });

async function bringUpToDate(given: { seed?: boolean }): Promise<void> {
  // Reads all settings before it connects.
  const settings = commandDatabaseSettings(readEnvironment(CommandEnvironment));
  const fill = given.seed ? seedFromEnvironment() : undefined;
  // A new embedded database is private to its owner.
  process.umask(0o077);
  const dataSource = await connectForCommand(dataSourceOptions(settings));
  try {
    const { applied, filled } = await migrate(dataSource, fill);
    console.log(applied.length > 0 ? `Applied ${applied.join(', ')}` : 'Schema is up to date');
    if (filled) console.log('Filled the empty warehouse');
  } finally {
    await dataSource.destroy();
  }
}

function seedFromEnvironment(): (manager: EntityManager) => Promise<boolean> {
  const environment = readEnvironment(SeedEnvironment);
  return (manager) =>
    seed(manager, {
      factoryApiUrl: environment.FACTORY_API_URL,
      factoryAdapter: environment.FACTORY_ADAPTER,
      factoryLeadTimeSeconds: environment.FACTORY_LEAD_TIME_SECONDS,
      factoryOverdueAfterSeconds: environment.FACTORY_OVERDUE_AFTER_SECONDS,
    });
}
