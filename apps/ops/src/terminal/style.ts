import { styleText } from 'node:util';

/** How something stands: colour is for nothing else. */
export type State = 'good' | 'attention' | 'bad';

const COLOURS = { good: 'green', attention: 'yellow', bad: 'red' } as const;

/** In colour where standard output is a terminal that has it, unless NO_COLOR is set. */
export function styled(text: string, state: State | undefined): string {
  return state ? styleText(COLOURS[state], text, { stream: process.stdout }) : text;
}
