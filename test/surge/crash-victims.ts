import { spawn } from 'node:child_process';
import { type SalesProcess } from './sales-process.js';

const COMMAND_LIMIT_MS = 120_000;

/** What dies in the middle of a surge. */
export interface Victim {
  name: string;
  /** As `kill -9` does. */
  kill(): Promise<void>;
  /** Resolves when it runs again. */
  start(): Promise<void>;
}

export function salesVictim(sales: SalesProcess): Victim {
  return { name: 'sales', kill: () => sales.kill(), start: () => sales.restart() };
}

/** How MySQL is run differs from machine to machine, so it is killed and started by shell commands. */
export function databaseVictim(commands: { kill: string; start: string }): Victim {
  return { name: 'MySQL', kill: () => run(commands.kill), start: () => run(commands.start) };
}

async function run(command: string): Promise<void> {
  // A group of its own, or Ctrl-C would leave the database half started.
  const child = spawn(command, { shell: true, detached: true, stdio: ['ignore', 'ignore', 'inherit'] });
  const timer = setTimeout(() => child.kill('SIGKILL'), COMMAND_LIMIT_MS);
  // Not 'close': a server that the command started may hold its streams open.
  const ending = await new Promise<string>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(signal ?? `exit status ${code}`));
  }).finally(() => clearTimeout(timer));
  if (ending !== 'exit status 0') throw new Error(`${command}: ${ending}`);
}
