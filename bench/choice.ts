import { type Contestant, DATABASES, type Group, isPlain } from './cell.js';
import { SCENARIO_NAMES } from './scenarios.js';
import { SUBJECT_NAMES } from './subjects/subject.js';

interface Part {
  /** Whether the part needs a contestant, for itself or to compare with. */
  takes: (contestant: Contestant) => boolean;
  /** Whether a contestant is what the part is about. */
  isAbout: (contestant: Contestant) => boolean;
}

/** The matrix has plain subjects everywhere, and in some groups more processes, sales stored and a remote database. */
const PARTS: Record<string, Part> = {
  comparison: { takes: isCompared, isAbout: isCompared },
  retention: {
    takes: (contestant) => contestant.subject === 'webhooks' || isRetention(contestant),
    isAbout: isRetention,
  },
  growth: {
    takes: (contestant) => isMark(contestant) && (isPlain(contestant) || contestant.storedSales > 0),
    isAbout: ({ storedSales }) => storedSales > 0,
  },
  processes: {
    takes: (contestant) => isMark(contestant) && (isPlain(contestant) || contestant.processes > 1),
    isAbout: ({ processes }) => processes > 1,
  },
  remote: {
    takes: (contestant) => isMark(contestant) && (isPlain(contestant) || contestant.isRemote),
    isAbout: ({ isRemote }) => isRemote,
  },
};

/** Where messages are deleted, a million are stored first. */
function isRetention({ subject }: Contestant): boolean {
  return subject === 'retention';
}

function isCompared(contestant: Contestant): boolean {
  return isPlain(contestant) && !isRetention(contestant);
}

function isMark({ subject }: Contestant): boolean {
  return subject === 'product' || subject === 'no-op';
}

/** The same groups, with an earlier build of the product beside it. */
export function besideBefore(groups: readonly Group[]): Group[] {
  return groups.map((group) => ({
    ...group,
    contestants: group.contestants.flatMap((contestant): Contestant[] =>
      contestant.subject === 'product' && isPlain(contestant)
        ? [contestant, { ...contestant, subject: 'before' }]
        : [contestant],
    ),
  }));
}

/**
 * The cells that words choose. A word names a database, a scenario, a number of connections, a subject, or a part of
 * the matrix. Words of one kind add up, those of different kinds narrow each other.
 *
 * @throws RangeError on a word that names nothing
 */
export function choose(groups: readonly Group[], words: readonly string[]): Group[] {
  const connections = [...new Set(groups.map((group) => String(group.connections)))];
  const partNames = Object.keys(PARTS);
  const known: string[] = [...DATABASES, ...SCENARIO_NAMES, ...connections, ...SUBJECT_NAMES, ...partNames];
  const unknown = words.filter((word) => !known.includes(word));
  if (unknown.length > 0) throw new RangeError(`${unknown.join(', ')}: choose among ${known.join(', ')}`);

  const wants = (kind: readonly string[], value: string) =>
    !words.some((word) => kind.includes(word)) || words.includes(value);
  const parts = partNames.filter((name) => words.includes(name)).map((name) => PARTS[name]!);
  const wantsContestant = (contestant: Contestant) =>
    wants(SUBJECT_NAMES, contestant.subject) &&
    (parts.length === 0 || parts.some((part) => part.takes(contestant)));

  return groups
    .filter(
      (group) =>
        wants(DATABASES, group.database) &&
        wants(SCENARIO_NAMES, group.scenario) &&
        wants(connections, String(group.connections)) &&
        (parts.length === 0 || parts.some((part) => group.contestants.some(part.isAbout))),
    )
    .map((group) => ({ ...group, contestants: group.contestants.filter(wantsContestant) }))
    .filter((group) => group.contestants.length > 0);
}
