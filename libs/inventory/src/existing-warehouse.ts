import { CommandError, readEnvironment } from '#runtime';
import { existsSync } from 'node:fs';
import { type DataSource } from 'typeorm';
import { connectForCommand } from './database/connect.js';
import { CommandEnvironment, commandDatabaseSettings } from './environment.js';
import { dataSourceOptions } from './schema/data-source-options.js';

/**
 * Runs `work` of a command on the warehouse that its environment names.
 *
 * @throws CommandError when there is none, or it cannot be reached
 */
export async function onExistingWarehouse(work: (dataSource: DataSource) => Promise<void>): Promise<void> {
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
    await work(dataSource);
  } finally {
    await dataSource.destroy();
  }
}
