import { parseArgs } from 'node:util';
import { UsageError } from '#runtime';

export interface StandaloneArguments {
  /** Forget the data of earlier runs. */
  fresh: boolean;
  help: boolean;
}

export const USAGE = `Runs all of Donut-States on this machine: database, queue, mail server, factory, worker and sales API.

  npm start                 start, with the data of the last run
  npm start -- --fresh      forget that data and begin anew
  npm start -- --help       this text

Variables, from the environment or from a file .env in the project's folder:
  SALES_PORT 3000, WORKER_PORT 3001, FACTORY_PORT 3002, QUEUE_PORT 4566, MAIL_PORT 8005
  HOST                      where the servers listen (127.0.0.1)
  DATA_DIR                  where the data is kept (.donut-states)
  DATABASE_URL              mysql://user:password@host:3306/name, instead of the embedded database
  FACTORY_LEAD_TIME_MS      how long the factory takes to make an order (10000)
Every other variable of the services is handed on to them.`;

/**
 * @param variables the environment: npm keeps an option for itself when the `--` before it is missing, and says so there
 * @throws UsageError on anything that is not listed in {@link USAGE}
 */
export function parseArguments(
  given: readonly string[],
  variables: NodeJS.ProcessEnv = {},
): StandaloneArguments {
  if (variables.npm_config_fresh) {
    throw new UsageError('npm kept --fresh for itself. Write it after two dashes: npm start -- --fresh');
  }
  try {
    const { values } = parseArgs({
      args: [...given],
      options: { fresh: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
    });
    return { fresh: values.fresh ?? false, help: values.help ?? false };
  } catch (error) {
    throw new UsageError(`${(error as Error).message}\n\n${USAGE}`);
  }
}
