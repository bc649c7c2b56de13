import { type Cell, type Contestant, type DatabaseKind, type Group, isSame } from './cell.js';
import { type LoadGenerator } from './load/load.js';
import { measure, warmUp } from './measure/measure.js';
import { type Progress } from './progress.js';
import { RunningContestant } from './running-contestant.js';
import { SUBJECTS } from './subjects/subject.js';
import { type DatabaseServer } from './warehouse/server.js';
import { TimeBudget } from './time-budget.js';

/** A shop's database is in use all the time: where much is stored, it takes longer until its busy pages are in memory. */
const LARGE_WARM_UPS = 5;

export interface RunSettings {
  rounds: number;
  /** Of each measurement. */
  seconds: number;
  warmUpSeconds: number;
  /** After which no group begins a round but its first. */
  mostSeconds: number | undefined;
  generator: LoadGenerator;
  /** The folder for a history of each round of the product. */
  historyFolder: string | undefined;
  servers: Partial<Record<DatabaseKind, DatabaseServer>>;
  /** Tells this run's databases from those of another. */
  runName: string;
  firstPort: number;
  logDirectory: string;
  /** The folder of the build that `before` runs. */
  earlierBuild: string | undefined;
  progress: Progress;
  /** Told of all cells so far whenever a group is done: a run takes long, and may be stopped. */
  onGroupDone: (cells: readonly Cell[]) => void;
  signal: AbortSignal;
}

/** Measures group after group. What it started and made is gone when it returns or throws. */
export async function run(groups: readonly Group[], settings: RunSettings): Promise<Cell[]> {
  const cells: Cell[] = [];
  const pool = new ContestantPool(settings);
  const budget = new TimeBudget(settings.mostSeconds);
  try {
    for (const [index, group] of groups.entries()) {
      const endMs = budget.endOf(groups.slice(index));
      const running = await pool.enter(group);
      cells.push(...(await measureGroup(group, running, settings, endMs)));
      settings.onGroupDone(cells);
      await pool.leave(groups.slice(index + 1));
    }
  } finally {
    await pool.leave([]);
  }
  return cells;
}

async function measureGroup(
  group: Group,
  running: readonly RunningContestant[],
  { rounds, seconds, warmUpSeconds, generator, historyFolder, progress, signal }: RunSettings,
  endMs: number,
): Promise<Cell[]> {
  const cells = running.map(({ contestant }): Cell => ({ group, contestant, rounds: [], differences: null }));
  for (const contestant of running) {
    progress.say(`${contestant.contestant.subject} warms up`);
    const large = contestant.contestant.storedSales > 0 ? LARGE_WARM_UPS : 1;
    const seconds = warmUpSeconds * large * contestant.contestant.processes;
    await warmUp(contestant, group, { generator, seconds, signal });
  }
  const beganMs = Date.now();
  for (let round = 0; round < rounds; round += 1) {
    const roundMs = (Date.now() - beganMs) / round;
    if (round > 0 && Date.now() + roundMs > endMs) {
      progress.skip((rounds - round) * running.length);
      break;
    }
    // Each round begins with another one, so that none is always measured after the same.
    for (let turn = 0; turn < running.length; turn += 1) {
      const index = (round + turn) % running.length;
      progress.measuring(group, running[index]!.contestant, round);
      const measurement = await measure(running[index]!, group, {
        generator,
        seconds,
        signal,
        ...(historyFolder !== undefined && { historyFolder }),
      });
      cells[index]!.rounds.push(measurement);
      progress.measured(measurement);
    }
  }
  for (const [index, { contestant, warehouse }] of running.entries()) {
    if (!SUBJECTS[contestant.subject].keepsBooks) continue;
    progress.say(`the ledger of ${contestant.subject} is reconciled`);
    cells[index]!.differences = await warehouse.reconcile();
  }
  return cells;
}

/** The contestants that are up. One that several groups need is started once. */
class ContestantPool {
  private running: RunningContestant[] = [];
  private database: DatabaseKind | undefined;
  private started = 0;

  constructor(private readonly settings: RunSettings) {}

  /** Brings up the contestants of a group, in its order, each with books that are as they should be at the start. */
  async enter(group: Group): Promise<RunningContestant[]> {
    this.database = group.database;
    const entered: RunningContestant[] = [];
    for (const contestant of group.contestants) {
      const known = this.running.find((running) => isSame(running.contestant, contestant));
      if (known && contestant.storedSales === 0) await known.warehouse.stockUp();
      entered.push(known ?? (await this.start(contestant, group.database)));
    }
    return entered;
  }

  /** Takes down those that none of the groups to come needs. */
  async leave(toCome: readonly Group[]): Promise<void> {
    const needed = toCome
      .filter(({ database }) => database === this.database)
      .flatMap(({ contestants }) => contestants);
    const isNeeded = ({ contestant }: RunningContestant) => needed.some((other) => isSame(contestant, other));
    const done = this.running.filter((running) => !isNeeded(running));
    this.running = this.running.filter(isNeeded);
    const endings = await Promise.allSettled(done.map((running) => running.stop()));
    for (const ending of endings) if (ending.status === 'rejected') throw ending.reason;
  }

  private async start(contestant: Contestant, database: DatabaseKind): Promise<RunningContestant> {
    const { servers, runName, logDirectory, earlierBuild, progress, signal } = this.settings;
    const server = servers[database];
    if (!server) throw new Error(`There is no ${database} server.`);
    progress.say(`${contestant.subject} starts`);
    this.started += 1;
    const name = `${runName}_${this.started}_${contestant.subject.replaceAll('-', '_')}`;
    const ports = this.nextPorts(contestant.processes);
    const running = await RunningContestant.start(
      contestant,
      { server, name, ports, logDirectory, earlierBuild },
      async (warehouse) => {
        const { storedSales: count } = contestant;
        if (count === 0) return;
        const onProgress = (stored: number) => progress.filling(stored, count);
        await warehouse.storeSales({ count, onProgress, signal });
      },
    );
    this.running.push(running);
    return running;
  }

  private nextPorts(count: number): number[] {
    const taken = new Set(this.running.flatMap(({ ports }) => ports));
    const free: number[] = [];
    for (let port = this.settings.firstPort; free.length < count; port += 1) {
      if (!taken.has(port)) free.push(port);
    }
    return free;
  }
}
