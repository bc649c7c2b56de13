import { parseArgs, type ParseArgsConfig } from 'node:util';
import { EnvironmentError } from './environment.js';
import { EXIT_STATUS } from './exit-status.js';

/** A command line that a command does not take. Printed with its usage and without a stack; exit status 2. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UsageError';
  }
}

/** A failure that a person must fix. Printed without a stack; exit status 1. */
export class CommandError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'CommandError';
  }
}

type Options = NonNullable<ParseArgsConfig['options']>;
type Values<Given extends Options> = ReturnType<typeof parseArgs<{ options: Given }>>['values'];

export interface Command<Given extends Options> {
  /** Printed for `--help`, which nothing else is done for, and below what is wrong with a command line. */
  usage: string;
  options: Given;
  run: (values: Values<Given>) => Promise<void>;
}

/**
 * Runs a command that a person types. Its exit status is 0, or what `run` sets `process.exitCode` to; 2 for a command
 * line that it does not take, 78 for an environment that is not usable, 1 for any other error.
 */
export async function runCommand<Given extends Options>({
  usage,
  options,
  run,
}: Command<Given>): Promise<void> {
  try {
    const values = readOptions(options);
    if (values) await run(values);
    else console.log(usage);
  } catch (error) {
    process.exitCode = 1;
    if (error instanceof UsageError) {
      process.exitCode = EXIT_STATUS.usage;
      console.error(`${error.message}\n\n${usage}`);
    } else if (error instanceof EnvironmentError) {
      process.exitCode = EXIT_STATUS.configuration;
      console.error(error.message);
    } else console.error(error instanceof CommandError ? error.message : error);
  }
}

/** @returns `undefined` when help is asked for @throws UsageError */
function readOptions<Given extends Options>(options: Given): Values<Given> | undefined {
  try {
    const { values } = parseArgs({ options: { ...options, help: { type: 'boolean', short: 'h' } } });
    return (values as { help?: boolean }).help ? undefined : values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}
