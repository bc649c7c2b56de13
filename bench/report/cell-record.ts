import { type Cell, type DatabaseKind } from '../cell.js';
import { type ScenarioName } from '../scenarios.js';
import { medianOf, type Ratio, ratio, sumOf } from '../statistics.js';
import { type SubjectName } from '../subjects/subject.js';
import { referenceOf } from './reference.js';

/** A cell as it is written to a file for programs. Figures are medians of the rounds. `null`: unknown here. */
export interface CellRecord {
  subject: SubjectName;
  scenario: ScenarioName;
  /** The second where MySQL is set up to lose the last second of its commits: then no figure is that of a durable sale. */
  database: DatabaseKind | 'mysql-not-durable';
  connections: number;
  processes: number;
  storedSales: number;
  isRemote: boolean;
  /** `null` where each answer begins the next request. */
  arrivalsPerSecond: number | null;
  /** Sales, or refusals where the scenario is sold out. */
  requestsPerSecond: number;
  p50Ms: number;
  p99Ms: number;
  p999Ms: number;
  ratioToBefore: Ratio | null;
  ratioToNoop: Ratio | null;
  ratioToPlainHttp: Ratio | null;
  ratioToPessimistic: Ratio | null;
  fsyncsPerSale: number | null;
  serverCpuMicrosPerSale: number | null;
  databaseCpuMicrosPerSale: number | null;
  /** Units, over all rounds. */
  oversold: number | null;
  /** Sales, over all rounds. */
  lost: number | null;
}

export function cellRecord(cell: Cell, cells: readonly Cell[], isDurable: boolean): CellRecord {
  const { database, scenario, connections } = cell.group;
  return {
    subject: cell.contestant.subject,
    scenario,
    database: database === 'mysql' && !isDurable ? 'mysql-not-durable' : database,
    connections,
    processes: cell.contestant.processes,
    storedSales: cell.contestant.storedSales,
    isRemote: cell.contestant.isRemote,
    arrivalsPerSecond: cell.group.arrivalsPerSecond,
    requestsPerSecond: medianOf(cell, (round) => round.requestsPerSecond)!,
    p50Ms: medianOf(cell, (round) => round.p50Ms)!,
    p99Ms: medianOf(cell, (round) => round.p99Ms)!,
    p999Ms: medianOf(cell, (round) => round.p999Ms)!,
    ratioToBefore: ratio(cell, referenceOf(cell, cells, 'before')),
    ratioToNoop: ratio(cell, referenceOf(cell, cells, 'no-op')),
    ratioToPlainHttp: ratio(cell, referenceOf(cell, cells, 'plain-http')),
    ratioToPessimistic: ratio(cell, referenceOf(cell, cells, 'pessimistic-lock')),
    fsyncsPerSale: medianOf(cell, (round) => round.fsyncsPerSale),
    serverCpuMicrosPerSale: medianOf(cell, (round) => round.serverCpuMicrosPerSale),
    databaseCpuMicrosPerSale: medianOf(cell, (round) => round.databaseCpuMicrosPerSale),
    oversold: sumOf(cell, (round) => round.oversold),
    lost: sumOf(cell, (round) => round.lost),
  };
}
