import { type Contestant, DATABASES, type Group } from './cell.js';
import { SCENARIO_NAMES } from './scenarios.js';
import { SUBJECT_NAMES } from './subjects/subject.js';

/** Words for the contestants that differ by more than their subject, with what they are compared with. */
const PARTS: Record<string, (contestant: Contestant) => boolean> = {
  growth: ({ subject, processes }) => isMark(subject) && processes === 1,
  processes: ({ subject, storedSales }) => isMark(subject) && storedSales === 0,
};

function isMark(subject: string): boolean {
  return subject === 'product' || subject === 'no-op';
}

/**
 * The cells that words choose. A word names a database, a scenario, a number of connections, a subject, or a part of
 * the matrix. Words of one kind add up, those of different kinds narrow each other.
 *
 * @throws RangeError on a word that names nothing
 */
export function choose(groups: readonly Group[], words: readonly string[]): Group[] {
  const connections = [...new Set(groups.map((group) => String(group.connections)))];
  const parts = Object.keys(PARTS);
  const known: string[] = [...DATABASES, ...SCENARIO_NAMES, ...connections, ...SUBJECT_NAMES, ...parts];
  const unknown = words.filter((word) => !known.includes(word));
  if (unknown.length > 0) throw new RangeError(`${unknown.join(', ')}: choose among ${known.join(', ')}`);

  const wants = (kind: readonly string[], value: string) =>
    !words.some((word) => kind.includes(word)) || words.includes(value);
  const wantedParts = parts.filter((part) => words.includes(part));
  const wantsContestant = (contestant: Contestant) =>
    wants(SUBJECT_NAMES, contestant.subject) &&
    (wantedParts.length === 0 || wantedParts.some((part) => PARTS[part]!(contestant)));

  return groups
    .filter(
      (group) =>
        wants(DATABASES, group.database) &&
        wants(SCENARIO_NAMES, group.scenario) &&
        wants(connections, String(group.connections)) &&
        (wantedParts.length === 0 || wantedParts.some((part) => hasPart(group, part))),
    )
    .map((group) => ({ ...group, contestants: group.contestants.filter(wantsContestant) }))
    .filter((group) => group.contestants.length > 0);
}

/** Most groups have neither more processes nor sales stored. */
function hasPart({ contestants }: Group, part: string): boolean {
  return contestants.some(({ processes, storedSales }) =>
    part === 'growth' ? storedSales > 0 : processes > 1,
  );
}
