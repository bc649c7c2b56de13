import { createInterface } from 'node:readline';
import { type Readable } from 'node:stream';

/** Prints one line of a process. `stream` is where the process wrote it. */
export type Log = (name: string, line: string, stream?: 'stdout' | 'stderr') => void;

interface Target {
  write(text: string): unknown;
  hasColors?(): boolean;
}

/** Cyan, green, yellow, magenta, blue, grey: red is left to errors. */
const COLOURS = [36, 32, 33, 35, 34, 90];

/**
 * A log of lines `sales   | ...` in which all bars stand in one column. Names are coloured on a terminal only,
 * and not where NO_COLOR says so.
 */
export function createLog(
  names: readonly string[],
  targets: { stdout: Target; stderr: Target } = process,
): Log {
  const width = Math.max(...names.map((name) => name.length));
  return (name, line, stream = 'stdout') => {
    const label = `${name.padEnd(width)} | `;
    const colour = COLOURS[Math.max(0, names.indexOf(name)) % COLOURS.length];
    const target = targets[stream];
    target.write(target.hasColors?.() ? `\u001b[${colour}m${label}\u001b[0m${line}\n` : `${label}${line}\n`);
  };
}

/** Calls `onLine` for every line, also for a last one without an end, and never for half a character. */
export function forEachLine(stream: Readable, onLine: (line: string) => void): void {
  createInterface({ input: stream, crlfDelay: Infinity }).on('line', onLine);
}
