import { createInterface } from 'node:readline/promises';

/** Whether a person can be asked. */
export function isInteractive(): boolean {
  return process.stdin.isTTY && process.stderr.isTTY;
}

/** Anything but a yes is a no, the end of the input too. */
export async function confirm(
  question: string,
  input: NodeJS.ReadableStream = process.stdin,
  output: NodeJS.WritableStream = process.stderr,
): Promise<boolean> {
  const dialogue = createInterface({ input, output });
  const closed = new Promise<string>((resolve) => dialogue.once('close', () => resolve('')));
  dialogue.once('SIGINT', () => dialogue.close());
  try {
    const answer = await Promise.race([dialogue.question(`${question} [y/N] `), closed]);
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    dialogue.close();
  }
}
