import { type Measurement, type Outcomes } from '../cell.js';
import { type LoadResult } from '../load/load.js';
import { type Scenario } from '../scenarios.js';
import { type SubjectTraits } from '../subjects/subject.js';
import { type Books } from '../warehouse/warehouse.js';

export interface Evidence {
  subject: SubjectTraits;
  scenario: Scenario;
  connections: number;
  /** What the clients saw. */
  load: LoadResult;
  /** What the sales processes counted, until the last request that the clients left behind was done. */
  outcomes: Outcomes;
  /** Units on hand before the first request. */
  onHandBefore: number;
  /** The database afterwards: sales since the first request, and stock. */
  books: Books;
}

export type Verdict = Pick<
  Measurement,
  'requestsPerSecond' | 'otherAnswers' | 'oversold' | 'lost' | 'faults'
>;

/** Compares the answers to clients with the database. */
export function judge(evidence: Evidence): Verdict {
  const { subject, scenario, load, outcomes } = evidence;
  const accepted = load.requests - load.otherAnswers;
  // The no-op confirms everything.
  const refuses = scenario.answer === 'refusal' && subject.sells;
  const otherAnswers = Math.max(0, load.otherAnswers - outcomes.refused);
  const wanted = refuses ? load.otherAnswers - otherAnswers : accepted;
  return {
    requestsPerSecond: wanted / (load.durationMs / 1_000),
    otherAnswers,
    oversold: subject.sells ? unitsOversold(evidence) : null,
    lost: subject.keepsBooks ? salesLost(evidence, accepted) : null,
    faults: subject.keepsBooks ? faults(evidence, accepted, refuses) : [],
  };
}

/** Units sold that had not left the stock, or that it had not. */
function unitsOversold({ subject, scenario, outcomes, onHandBefore, books }: Evidence): number {
  const sold = subject.keepsBooks ? books.units : outcomes.confirmed * scenario.unitsPerSale;
  return Math.max(0, sold - (onHandBefore - books.onHand), -books.lowestOnHand);
}

/** By the clients' count and by the processes' own: a sale that is missing in either is lost. */
function salesLost({ outcomes, books }: Evidence, accepted: number): number {
  return Math.max(0, accepted - outcomes.replayed - books.sales, outcomes.confirmed - books.sales);
}

function faults(
  { scenario, connections, load, outcomes, books }: Evidence,
  accepted: number,
  refuses: boolean,
) {
  const found: string[] = [];
  if (books.keys !== books.sales) found.push(`${books.sales} sales under ${books.keys} keys`);
  if (books.sales > load.freshKeys)
    found.push(`${books.sales} sales of ${load.freshKeys} different requests`);
  if (scenario.replayPercent === 0 && outcomes.replayed > 0) {
    found.push(`${outcomes.replayed} new requests were answered as repeated ones`);
  }
  if (refuses && outcomes.confirmed > 0) found.push(`${outcomes.confirmed} sales of what is sold out`);
  // When the time is up, each connection may have left a request behind that was still served.
  const untold = books.sales + outcomes.replayed - accepted;
  if (untold > connections)
    found.push(`${untold} sales that no client was told of, over ${connections} connections`);
  return found;
}
