import { type Command, InvalidArgumentError } from 'commander';

/** An option that may be given more than once. */
export function collect(value: string, earlier: string[] | undefined): string[] {
  return [...(earlier ?? []), value];
}

/** @throws InvalidArgumentError, which commander prints */
export function wholeNumber(minimum: number, maximum: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^-?\d{1,9}$/.test(text) && value >= minimum && value <= maximum) return value;
    throw new InvalidArgumentError(`It is no whole number from ${minimum} to ${maximum}.`);
  };
}

/** Adds examples below the help of a command. */
export function withExamples(command: Command, ...examples: string[]): Command {
  const title = examples.length === 1 ? 'Example' : 'Examples';
  return command.addHelpText(
    'after',
    `\n${title}:\n${examples.map((line) => `  npm run ops -- ${line}`).join('\n')}`,
  );
}
