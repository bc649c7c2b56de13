import { EXIT_STATUS } from '#runtime/exit-status';
import { CommanderError } from 'commander';
import { OpsEnvironmentError } from './environment.js';
import { Failure } from './failure.js';
import { createProgram } from './program.js';
import { note, printJson } from './terminal/output.js';
import { printable } from './terminal/printable.js';

// A pipe that is closed early, as `head` does, is no fault.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

try {
  await createProgram().parseAsync();
} catch (error) {
  process.exitCode = report(error);
}

/** @returns the exit status */
function report(error: unknown): number {
  // Commander has printed its own messages.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_STATUS.usage;
  if (error instanceof OpsEnvironmentError) {
    note(error.message);
    return EXIT_STATUS.configuration;
  }
  if (!(error instanceof Failure)) throw error;
  note(error.message.split('\n').map(printable).join('\n'));
  if (error.json !== undefined && process.argv.includes('--json')) printJson(error.json);
  return error.exitStatus;
}
