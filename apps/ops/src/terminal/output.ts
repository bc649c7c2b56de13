import { printableJson } from './printable.js';

/** What was asked for. */
export function print(...lines: string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`);
}

export function printJson(value: unknown): void {
  process.stdout.write(`${printableJson(value)}\n`);
}

/** What goes on beside that: on standard error, so that a pipe gets only what was asked for. */
export function note(text: string): void {
  process.stderr.write(`${text}\n`);
}
