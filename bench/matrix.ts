import { type Contestant, DATABASES, type DatabaseKind, type Group } from './cell.js';
import { SCENARIO_NAMES, type ScenarioName } from './scenarios.js';
import { SUBJECT_NAMES, type SubjectName } from './subjects/subject.js';

/** Groups of contestants, and how they are measured unless a person says otherwise. */
export interface Matrix {
  groups: Group[];
  rounds: number;
  seconds: number;
  /** For each process of a contestant: it compiles what it often runs, and has its share of the requests only. */
  warmUpSeconds: number;
  /** After which only first rounds are begun. `undefined`: a run takes as long as it takes. */
  mostSeconds: number | undefined;
}

const CONNECTIONS = [50, 200, 1000];
const PROCESSES = [2, 4];
const STORED_SALES = [1_000_000, 10_000_000];

/** Rates of arrival, with so many connections at most that wait for an answer. */
const ARRIVALS_PER_SECOND = [1_000, 2_000, 4_000];
const PACED_CONNECTIONS = 1_000;

/** A pessimistic lock sells less than the lowest rate: it would only be seen to fall behind. */
const PACED_SUBJECTS: readonly SubjectName[] = ['no-op', 'product'];

/** Where growth is measured, and what the quick matrix measures with every subject. */
const USUAL_CONNECTIONS = 200;

/** What the product is compared with wherever time is short. */
const MARKS: readonly SubjectName[] = ['no-op', 'product', 'pessimistic-lock'];

/**
 * Every cell there is.
 *
 * @param storedSales sizes of the databases with which growth is measured
 */
export function fullMatrix(storedSales: readonly number[] = STORED_SALES): Matrix {
  const groups = DATABASES.flatMap((database) =>
    SCENARIO_NAMES.flatMap((scenario) =>
      scenario === 'paced' ? pacedGroups(database) : closedGroups(database, scenario, storedSales),
    ),
  );
  return { groups, rounds: 5, seconds: 3, warmUpSeconds: 6, mostSeconds: undefined };
}

/** Each connection sends its next request when it has an answer. */
function closedGroups(
  database: DatabaseKind,
  scenario: ScenarioName,
  storedSales: readonly number[],
): Group[] {
  return CONNECTIONS.map((connections) => {
    const contestants = SUBJECT_NAMES.map(plain);
    if (scenario === 'hot') {
      contestants.push(plain('retention'), ...growth(connections, storedSales));
    }
    if (scenario === 'hot' && database === 'mysql') contestants.push({ ...plain('product'), isRemote: true });
    return { database, scenario, connections, arrivalsPerSecond: null, contestants };
  });
}

function pacedGroups(database: DatabaseKind): Group[] {
  return ARRIVALS_PER_SECOND.map((arrivalsPerSecond) => ({
    ...{ database, scenario: 'paced', connections: PACED_CONNECTIONS, arrivalsPerSecond },
    contestants: PACED_SUBJECTS.map(plain),
  }));
}

/** The hot SKU alone, for who changes something and wants to see what it did. */
export function quickMatrix(): Matrix {
  const group = (database: DatabaseKind, connections: number, subjects: readonly SubjectName[]): Group => ({
    database,
    scenario: 'hot',
    connections,
    arrivalsPerSecond: null,
    contestants: subjects.map(plain),
  });
  const mysql = CONNECTIONS.map((connections) =>
    group('mysql', connections, connections === USUAL_CONNECTIONS ? SUBJECT_NAMES : MARKS),
  );
  const groups = [...mysql, group('embedded', USUAL_CONNECTIONS, MARKS)];
  // Three minutes, less what compiling and the report may take.
  return { groups, rounds: 3, seconds: 2, warmUpSeconds: 1, mostSeconds: 145 };
}

/**
 * The product with more processes on one database, and with sales stored already. They stand beside the rest, so that
 * the same rounds compare all of them.
 */
function growth(connections: number, storedSales: readonly number[]): Contestant[] {
  const processes = PROCESSES.map((count) => ({ ...plain('product'), processes: count }));
  if (connections !== USUAL_CONNECTIONS) return processes;
  return [...processes, ...storedSales.map((count) => ({ ...plain('product'), storedSales: count }))];
}

function plain(subject: SubjectName): Contestant {
  return { subject, processes: 1, storedSales: 0, isRemote: false };
}
