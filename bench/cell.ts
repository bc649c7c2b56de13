import { type Difference } from '#inventory';
import { type ScenarioName } from './scenarios.js';
import { type SubjectName } from './subjects/subject.js';

export const DATABASES = ['mysql', 'embedded'] as const;

export type DatabaseKind = (typeof DATABASES)[number];

/** A subject as it takes part: on so many processes, over a database in which so many sales are stored already. */
export interface Contestant {
  subject: SubjectName;
  processes: number;
  storedSales: number;
  /** Whether its database is as far away, and commits as slowly, as in `remote-database.ts`. */
  isRemote: boolean;
}

/** Contestants that are measured against each other, one after the other in every round. */
export interface Group {
  database: DatabaseKind;
  scenario: ScenarioName;
  /** Of all load generators together. */
  connections: number;
  /** Requests that begin each second, whether earlier ones are answered or not. `null`: each answer begins the next. */
  arrivalsPerSecond: number | null;
  contestants: Contestant[];
}

/** What the sales process says it answered, whether the client was still there or not. */
export interface Outcomes {
  confirmed: number;
  replayed: number;
  refused: number;
}

/** One contestant under load for some seconds. `null`: unknown here. */
export interface Measurement {
  /** Sales, or refusals where the scenario is sold out. Nothing else counts. */
  requestsPerSecond: number;
  p50Ms: number;
  p99Ms: number;
  p999Ms: number;
  outcomes: Outcomes;
  /** Answers that were neither: 503 and the like. */
  otherAnswers: number;
  /** Requests without an answer: the connection broke, or the time was up. */
  unanswered: number;
  fsyncsPerSale: number | null;
  serverCpuMicrosPerSale: number | null;
  databaseCpuMicrosPerSale: number | null;
  /** Units that were sold and had not left the stock. */
  oversold: number | null;
  /** Confirmed sales that are not in the database. */
  lost: number | null;
  /** What must hold of every run and did not, in words. */
  faults: string[];
}

/** Everything that was seen of one contestant in one group. */
export interface Cell {
  group: Group;
  contestant: Contestant;
  /** One a round, in the order of the rounds. */
  rounds: Measurement[];
  /** What the ledger contradicts itself in afterwards, `null` where the subject keeps none. */
  differences: Difference[] | null;
}

export function isSame(one: Contestant, other: Contestant): boolean {
  return (
    one.subject === other.subject &&
    one.processes === other.processes &&
    one.storedSales === other.storedSales &&
    one.isRemote === other.isRemote
  );
}

/** One process, on a database at hand in which nothing is stored yet. */
export function isPlain({ processes, storedSales, isRemote }: Contestant): boolean {
  return processes === 1 && storedSales === 0 && !isRemote;
}

/** For people: `product`, `product x2`, `product on 1,000,000`, `product remote`. */
export function contestantName({ subject, processes, storedSales, isRemote }: Contestant): string {
  const on = storedSales > 0 ? ` on ${storedSales.toLocaleString('en')}` : '';
  return `${subject}${processes > 1 ? ` x${processes}` : ''}${on}${isRemote ? ' remote' : ''}`;
}

export function groupName({ scenario, database, connections, arrivalsPerSecond }: Group): string {
  const pace = arrivalsPerSecond === null ? '' : `, ${arrivalsPerSecond.toLocaleString('en')} a second`;
  return `${scenario}, ${database}, ${connections} connections${pace}`;
}
