import { type Cell, contestantName, groupName } from '../cell.js';
import { SUBJECTS } from '../subjects/subject.js';

/** What must never be true of a subject that keeps books, in words, a line each. Empty when all is well. */
export function failures(cells: readonly Cell[]): string[] {
  return cells.filter(({ contestant }) => SUBJECTS[contestant.subject].keepsBooks).flatMap(failuresOf);
}

function failuresOf({ group, contestant, rounds, differences }: Cell): string[] {
  const where = `${groupName(group)}, ${contestantName(contestant)}`;
  const found = rounds.flatMap(({ oversold, lost, faults }, round) => {
    const words = [...faults];
    if (oversold) words.push(`${oversold} units sold that were not there`);
    if (lost) words.push(`${lost} sales that a client was told of and that are not in the database`);
    return words.map((fault) => `${where}, round ${round + 1}: ${fault}`);
  });
  const contradictions = (differences ?? []).map(
    ({ invariant, subject, expected, actual }) =>
      `${where}: ${invariant}; of ${subject} it is ${actual}, and should be ${expected}`,
  );
  return [...found, ...contradictions];
}
