/**
 * The smallest text that is at least `from` and differs from `text` at most in upper and lower case, in the order of code
 * points, in which both databases keep the addresses.
 *
 * @param text in lower case
 */
export function nextCaseVariant(text: string, from: string): string | undefined {
  const choices = [...text].map(casesOf);
  const given = [...from];
  /** The last place at which a greater choice than that of `from` is left. */
  let turn: { at: number; choice: string } | undefined;
  const variantFrom = (at: number, choice?: string) =>
    [
      ...given.slice(0, at),
      ...(choice === undefined ? [] : [choice]),
      ...choices.slice(choice === undefined ? at : at + 1).map(([smallest]) => smallest!),
    ].join('');
  for (const [at, cases] of choices.entries()) {
    const wanted = given[at];
    if (wanted === undefined) return variantFrom(at);
    const greater = cases.find((choice) => isBefore(wanted, choice));
    if (!cases.includes(wanted)) {
      if (greater !== undefined) return variantFrom(at, greater);
      return turn && variantFrom(turn.at, turn.choice);
    }
    if (greater !== undefined) turn = { at, choice: greater };
  }
  if (given.length === choices.length) return from;
  return turn && variantFrom(turn.at, turn.choice);
}

/** The smaller first. */
function casesOf(character: string): string[] {
  const cases = [character, character.toUpperCase()].filter((text) => [...text].length === 1);
  return [...new Set(cases)].sort((one, other) => (isBefore(one, other) ? -1 : 1));
}

function isBefore(one: string, other: string): boolean {
  return one.codePointAt(0)! < other.codePointAt(0)!;
}
