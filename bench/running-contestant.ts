import { join } from 'node:path';
import { type Contestant } from './cell.js';
import { MysqlCounters } from './measure/mysql-counters.js';
import { cpuMicros } from './measure/process-cpu.js';
import { SubjectProcess } from './subjects/subject-process.js';
import { RemoteDatabase, withSlowCommits } from './warehouse/remote-database.js';
import { type DatabaseServer } from './warehouse/server.js';
import { BenchWarehouse } from './warehouse/warehouse.js';

/** The resources that a contestant has used so far. `null`: unknown here. */
export interface Cost {
  fsyncs: number | null;
  serverCpuMicros: number | null;
  databaseCpuMicros: number | null;
}

export interface StartSettings {
  server: DatabaseServer;
  /** Of its database, and of its log. */
  name: string;
  /** One for each process. */
  ports: readonly number[];
  logDirectory: string;
  /** The folder of the build that `before` runs. */
  earlierBuild: string | undefined;
}

/** A contestant that is ready: its processes, idle until they are loaded, and its own database. */
export class RunningContestant {
  private constructor(
    readonly contestant: Contestant,
    readonly warehouse: BenchWarehouse,
    private readonly processes: readonly SubjectProcess[],
    private readonly counters: MysqlCounters | undefined,
    private readonly remote: RemoteDatabase | undefined,
  ) {}

  /** @param fill writes the sales that are stored already */
  static async start(
    contestant: Contestant,
    { server, name, ports, logDirectory, earlierBuild }: StartSettings,
    fill: (warehouse: BenchWarehouse) => Promise<void>,
  ): Promise<RunningContestant> {
    const warehouse = await BenchWarehouse.create(server, name);
    const processes: SubjectProcess[] = [];
    const remote = contestant.isRemote ? await RemoteDatabase.start(warehouse.url) : undefined;
    try {
      await fill(warehouse);
      if (['webhooks', 'retention'].includes(contestant.subject)) await warehouse.registerWebhook();
      if (contestant.subject === 'limit') await warehouse.limitCustomers();
      for (const port of ports) {
        const logFile = join(logDirectory, `${name}-${port}.log`);
        const { subject } = contestant;
        const { url: databaseUrl } = remote ?? warehouse;
        processes.push(await SubjectProcess.start({ subject, databaseUrl, port, logFile, earlierBuild }));
      }
    } catch (error) {
      await Promise.all(processes.map((process) => process.stop()));
      await remote?.stop();
      await warehouse.drop();
      throw error;
    }
    const counters = warehouse.isMysql ? new MysqlCounters(warehouse.dataSource, warehouse.url) : undefined;
    return new RunningContestant(contestant, warehouse, processes, counters, remote);
  }

  get ports(): number[] {
    return this.processes.map(({ port }) => port);
  }

  async cost(): Promise<Cost> {
    const ofProcesses = this.processes.map(({ pid }) => cpuMicros(pid));
    const ofDatabase = await this.counters?.read();
    return {
      fsyncs: ofDatabase?.fsyncs ?? null,
      serverCpuMicros: ofProcesses.includes(null)
        ? null
        : (ofProcesses as number[]).reduce((sum, cpu) => sum + cpu, 0),
      databaseCpuMicros: ofDatabase?.cpuMicros ?? null,
    };
  }

  /** @throws Error when one of its processes has ended */
  requireAlive(): void {
    for (const process of this.processes) process.requireAlive();
  }

  /** Does `work`, which loads it, with commits as slow as its database has them, and with what else goes on in it. */
  async loaded<T>(work: () => Promise<T>): Promise<T> {
    if (this.contestant.subject === 'retention') return this.warehouse.whileDeletingMessages(work);
    return this.contestant.isRemote ? withSlowCommits(this.warehouse.url, work) : work();
  }

  async stop(): Promise<void> {
    await Promise.all(this.processes.map((process) => process.stop()));
    await this.remote?.stop();
    await this.warehouse.drop();
  }
}
