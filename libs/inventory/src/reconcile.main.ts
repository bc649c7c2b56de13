import 'reflect-metadata';
import { CommandError, readEnvironment, runCommand } from '#runtime';
import { existsSync } from 'node:fs';
import { DatabaseClock } from './database/clock.js';
import { connectForCommand } from './database/connect.js';
import { dataSourceOptions } from './schema/data-source-options.js';
import { createDatabase } from './database/create-database.js';
import { CommandEnvironment, commandDatabaseSettings } from './environment.js';
import { ReconcileService } from './reconcile/reconcile.service.js';

const USAGE = `Checks whether the tables of the warehouse agree with each other. Changes nothing.

  npm run reconcile
  npm run reconcile -- --help     this text

Variables, from the environment or from a file .env in the project's folder:
  DATABASE_URL                    mysql://user:password@host:3306/database, or a file for the embedded database
                                  (warehouse.sqlite in DATA_DIR, that of npm start)
  DATA_DIR                        where npm start keeps its data (.donut-states)
  DATABASE_PASSWORD               the password, where DATABASE_URL has none
  DATABASE_PASSWORD_FILE          a file with the password
  DATABASE_TLS_CA                 the certificate authority of MySQL

The exit status is 1, with a table of the differences, when it does not.`;

await runCommand({ usage: USAGE, options: {}, run: reconcile });

async function reconcile(): Promise<void> {
  const options = dataSourceOptions(commandDatabaseSettings(readEnvironment(CommandEnvironment)));
  // A mistyped file name must not create an empty warehouse, which would always agree.
  if (options.type === 'better-sqlite3' && !existsSync(options.database)) {
    throw new CommandError(
      `There is no warehouse at ${options.database}. npm start or npm run migrate makes one; DATABASE_URL names another.`,
    );
  }
  const dataSource = await connectForCommand(
    options.type === 'better-sqlite3' ? { ...options, fileMustExist: true } : options,
  );
  try {
    const database = createDatabase(dataSource);
    const differences = await new ReconcileService(database, new DatabaseClock(database)).reconcile();
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
