import 'reflect-metadata';
import { readEnvironment, runCommand } from '#runtime';
import { CommandEnvironment, commandDatabaseSettings, SeedEnvironment } from './environment.js';
import { migrateWarehouse } from './migrate-warehouse.js';

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
  const factory = given.seed ? readEnvironment(SeedEnvironment) : undefined;
  // A new embedded database is private to its owner.
  process.umask(0o077);
  const { applied, filled } = await migrateWarehouse(settings, factory);
  console.log(applied.length > 0 ? `Applied ${applied.join(', ')}` : 'Schema is up to date');
  if (filled) console.log('Filled the empty warehouse');
}
