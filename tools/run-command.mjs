/** Runs the commands of `prepare.mjs`, with a line of progress. */
import { Buffer } from 'node:buffer';
import { spawn, spawnSync } from 'node:child_process';
import { clearInterval, setInterval, setTimeout } from 'node:timers';
import { stripVTControlCharacters } from 'node:util';

const WINDOWS = process.platform === 'win32';

/** How long a command may take to stop after Ctrl-C, in ms. */
const STOP_TIMEOUT_MS = 2_000;

/** A failure that a person must fix. It is printed without a stack. */
export class PrepareError extends Error {}

export class StoppedError extends Error {
  constructor(signal) {
    super(`stopped by ${signal}`);
    this.status = signal === 'SIGINT' ? 130 : 143;
  }
}

/**
 * Runs a command and shows how long it takes. Stops it when this process gets a signal to stop.
 *
 * @param onStart called with the process id of the command
 * @returns its exit status and output
 * @throws StoppedError
 */
export async function runCommand(title, { command, parameters, cwd, shell = false }, onStart) {
  const child = spawn(command, parameters, {
    cwd,
    shell,
    stdio: ['ignore', 'pipe', 'pipe'],
    // In its own process group, so that npm's children can be stopped with it.
    detached: !WINDOWS,
  });
  const chunks = [];
  child.stdout.on('data', (chunk) => chunks.push(chunk));
  child.stderr.on('data', (chunk) => chunks.push(chunk));
  if (child.pid) onStart?.(child.pid);

  let stoppedBy;
  const stop = (signal) => {
    stoppedBy ??= signal;
    killGroup(child, 'SIGTERM');
    setTimeout(() => killGroup(child, 'SIGKILL'), STOP_TIMEOUT_MS).unref();
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const signal of signals) process.on(signal, stop);
  const progress = showProgress(title);
  const { status, error } = await new Promise((resolve) => {
    child.once('error', (cause) => resolve({ status: 1, error: cause }));
    child.once('close', (code) => resolve({ status: code ?? 1 }));
  });
  progress.end(stoppedBy ? 'stopped' : status === 0 ? undefined : 'failed');
  for (const signal of signals) process.removeListener(signal, stop);
  if (stoppedBy) throw new StoppedError(stoppedBy);

  const text = `${Buffer.concat(chunks).toString()}${error?.message ?? ''}`;
  return { status, output: process.stderr.isTTY ? text : stripVTControlCharacters(text) };
}

function killGroup(child, signal) {
  if (child.exitCode !== null || child.signalCode !== null || !child.pid) return;
  try {
    if (WINDOWS) spawnSync('taskkill', ['/pid', String(child.pid), '/t', '/f']);
    else process.kill(-child.pid, signal);
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}

/** One line that counts seconds on a terminal, a line every ten seconds elsewhere. */
function showProgress(title) {
  const startedAt = Date.now();
  const seconds = () => Math.round((Date.now() - startedAt) / 1000);
  // Not to stdout, which belongs to the command that runs next.
  const { stderr } = process;
  const line = (ending) => `${stderr.isTTY ? '\r' : ''}${title} ... ${ending}`;
  stderr.write(line(stderr.isTTY ? '' : '\n'));
  const timer = setInterval(
    () => stderr.write(line(stderr.isTTY ? `${seconds()} s` : `${seconds()} s\n`)),
    stderr.isTTY ? 1_000 : 10_000,
  );
  return {
    end(ending = `done in ${seconds()} s`) {
      clearInterval(timer);
      stderr.write(line(`${ending}\n`));
    },
  };
}
