import { type Cell, type Contestant, type Group, type Measurement } from '../cell.js';
import { type SubjectName } from '../subjects/subject.js';

/** A group as a run makes them; its contestants are of no interest to what reads results. */
export function testGroup(given: Partial<Group> = {}): Group {
  return {
    database: 'mysql',
    scenario: 'hot',
    connections: 200,
    arrivalsPerSecond: null,
    contestants: [],
    ...given,
  };
}

export function testMeasurement(given: Partial<Measurement> = {}): Measurement {
  return {
    requestsPerSecond: 1_000,
    p50Ms: 10,
    p99Ms: 20,
    p999Ms: 30,
    outcomes: { confirmed: 3_000, replayed: 0, refused: 0 },
    otherAnswers: 0,
    unanswered: 0,
    fsyncsPerSale: 0.02,
    serverCpuMicrosPerSale: 50,
    databaseCpuMicrosPerSale: 20,
    oversold: 0,
    lost: 0,
    faults: [],
    ...given,
  };
}

/** A cell with one round for each throughput. */
export function testCell(
  group: Group,
  subject: SubjectName,
  requestsPerSecond: readonly number[],
  given: Partial<Contestant> & { measured?: Partial<Measurement> } = {},
): Cell {
  const { measured, ...contestant } = given;
  return {
    group,
    contestant: { subject, processes: 1, storedSales: 0, isRemote: false, ...contestant },
    rounds: requestsPerSecond.map((each) => testMeasurement({ ...measured, requestsPerSecond: each })),
    differences: subject === 'no-op' || subject === 'course' ? null : [],
  };
}
