import { CommandError, EnvironmentError } from '#runtime';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { isAccessDenied, isUnavailable } from './database-errors.js';

/** @throws EnvironmentError when MySQL refuses the user: neither waiting nor a restart helps */
export async function connect(options: DataSourceOptions): Promise<DataSource> {
  try {
    return await new DataSource(options).initialize();
  } catch (error) {
    if (!isAccessDenied(error)) throw error;
    throw new EnvironmentError([
      'MySQL refuses the user or the password: look at DATABASE_URL, DATABASE_PASSWORD and DATABASE_PASSWORD_FILE',
    ]);
  }
}

/** As {@link connect}, for a command that a person runs. @throws CommandError when the database cannot be reached */
export async function connectForCommand(options: DataSourceOptions): Promise<DataSource> {
  try {
    return await connect(options);
  } catch (error) {
    if (!isUnavailable(error)) throw error;
    throw new CommandError(`The database cannot be reached: ${(error as Error).message}`, { cause: error });
  }
}
