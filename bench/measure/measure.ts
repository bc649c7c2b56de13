import { type HistoryRecorder } from '../../test/history/history-recorder.js';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Group, type Measurement, type Outcomes } from '../cell.js';
import { type LoadGenerator, together } from '../load/load.js';
import { paced } from '../load/paced.js';
import { SCENARIOS, withCustomers } from '../scenarios.js';
import { SUBJECTS } from '../subjects/subject.js';
import { type RunningContestant } from '../running-contestant.js';
import { answered, outcomesSince, readOutcomes } from './outcomes.js';
import { RoundHistory } from './round-history.js';
import { judge } from './verdict.js';

/** The processes are done with what the clients left behind when nothing has changed for so long. */
const QUIET_MS = 400;
const QUIET_CHECK_MS = 80;

export interface LoadSettings {
  generator: LoadGenerator;
  seconds: number;
  signal: AbortSignal;
  /** The folder for a history of each round of the product. */
  historyFolder?: string;
}

/** Loads one contestant for some seconds, waits until it is idle, and reads what that has cost and left. */
export async function measure(
  contestant: RunningContestant,
  group: Group,
  settings: LoadSettings,
): Promise<Measurement> {
  const { warehouse, ports } = contestant;
  const lastSaleId = await warehouse.lastSaleId();
  const { onHand: onHandBefore } = await warehouse.booksAfter(lastSaleId);
  const outcomesBefore = await readOutcomes(ports);
  const costBefore = await contestant.cost();

  const history =
    settings.historyFolder === undefined
      ? undefined
      : await RoundHistory.begin(contestant, group, settings.historyFolder);

  const load = together(await runLoad(contestant, group, settings, history?.recorder));
  await quiet(contestant, lastSaleId, settings.signal);

  const cost = await contestant.cost();
  const outcomes = outcomesSince(outcomesBefore, await readOutcomes(ports));
  const books = await warehouse.booksAfter(lastSaleId);
  contestant.requireAlive();

  const count = answered(outcomes);
  const perSale = (before: number | null, after: number | null) =>
    before === null || after === null || count === 0 ? null : (after - before) / count;
  const contradictions = (await history?.finish()) ?? [];
  const verdict = judge({
    subject: SUBJECTS[contestant.contestant.subject],
    scenario: SCENARIOS[group.scenario],
    connections: group.connections,
    load,
    outcomes,
    onHandBefore,
    books,
  });
  return {
    ...verdict,
    faults: [...verdict.faults, ...contradictions],
    p50Ms: load.p50Ms,
    p99Ms: load.p99Ms,
    p999Ms: load.p999Ms,
    outcomes,
    unanswered: load.unanswered,
    fsyncsPerSale: perSale(costBefore.fsyncs, cost.fsyncs),
    serverCpuMicrosPerSale: perSale(costBefore.serverCpuMicros, cost.serverCpuMicros),
    databaseCpuMicrosPerSale: perSale(costBefore.databaseCpuMicros, cost.databaseCpuMicros),
  };
}

/** Loads a contestant unmeasured, so that its code is compiled and its pages are in memory. */
export async function warmUp(
  contestant: RunningContestant,
  group: Group,
  settings: LoadSettings,
): Promise<void> {
  const lastSaleId = await contestant.warehouse.lastSaleId();
  await runLoad(contestant, group, settings);
  await quiet(contestant, lastSaleId, settings.signal);
}

/** A load generator for each process, with its share of the connections. */
async function runLoad(
  contestant: RunningContestant,
  group: Group,
  settings: LoadSettings,
  history?: HistoryRecorder,
) {
  const { ports } = contestant;
  const { arrivalsPerSecond } = group;
  const hasCustomers = contestant.contestant.subject === 'limit';
  const generator = arrivalsPerSecond === null ? settings.generator : paced;
  const share = Math.floor(group.connections / ports.length);
  return contestant.loaded(() =>
    Promise.all(
      ports.map((port, index) =>
        generator.run(
          {
            port,
            connections: index === 0 ? group.connections - share * (ports.length - 1) : share,
            arrivalsPerSecond,
            seconds: settings.seconds,
            scenario: hasCustomers ? withCustomers(SCENARIOS[group.scenario]) : SCENARIOS[group.scenario],
            ...(history && { history }),
          },
          settings.signal,
        ),
      ),
    ),
  );
}

/** What the clients left behind when their time was up is still served, and must be before anything is counted. */
async function quiet(
  { warehouse, ports }: RunningContestant,
  lastSaleId: string,
  signal: AbortSignal,
): Promise<void> {
  let seen = '';
  let since = Date.now();
  for (;;) {
    const outcomes: Outcomes = await readOutcomes(ports);
    const state = JSON.stringify([outcomes, await warehouse.salesAfter(lastSaleId)]);
    if (state !== seen) {
      seen = state;
      since = Date.now();
    } else if (Date.now() - since >= QUIET_MS) return;
    await sleep(QUIET_CHECK_MS, undefined, { signal });
  }
}
