import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { subjectVariables } from '../environment.js';
import { isDeployed, type SubjectName, SUBJECTS } from './subject.js';

const STOP_TIMEOUT_MS = 15_000;
const LOG_TAIL_CHARACTERS = 2_000;

/** The service as it is deployed, in a folder that is compiled. */
const SERVICE = 'apps/sales/src/main.js';

/** The same service with another way to sell. */
const OTHER_WAY_TO_SELL = join(import.meta.dirname, 'main.js');

export interface SubjectStart {
  subject: SubjectName;
  databaseUrl: string;
  port: number;
  logFile: string;
  /** The folder of the build that `before` runs. */
  earlierBuild: string | undefined;
}

function scriptOf({ subject, earlierBuild }: SubjectStart): string {
  if (isDeployed(subject)) return join(import.meta.dirname, '../..', SERVICE);
  if (subject === 'plain-http') return join(import.meta.dirname, 'plain-http.js');
  if (subject !== 'before') return OTHER_WAY_TO_SELL;
  if (earlierBuild === undefined) throw new Error('There is no earlier build.');
  return resolve(earlierBuild, 'dist', SERVICE);
}

/** One process of a subject: the sales service on a port, with its log in a file. */
export class SubjectProcess {
  private ending: string | undefined;

  private constructor(
    readonly port: number,
    private readonly child: ChildProcess,
    private readonly logFile: string,
  ) {
    child.once('exit', (status, signal) => {
      this.ending = signal ?? `status ${status}`;
    });
  }

  /** @returns once it takes requests */
  static async start(settings: SubjectStart): Promise<SubjectProcess> {
    const { subject, databaseUrl, port, logFile } = settings;
    const log = openSync(logFile, 'a');
    const child = fork(scriptOf(settings), {
      env: subjectVariables({ subject, databaseUrl, port, poolSize: SUBJECTS[subject].poolSize }),
      stdio: ['ignore', log, log, 'ipc'],
      // Ctrl-C is for the bench, which then stops it. Without the bench it stops by itself: the channel is gone.
      detached: true,
    });
    closeSync(log);
    const process = new SubjectProcess(port, child, logFile);
    await Promise.race([once(child, 'message'), once(child, 'exit')]);
    process.requireAlive();
    return process;
  }

  get pid(): number {
    return this.child.pid!;
  }

  /** @throws Error with the end of its log when the process has ended */
  requireAlive(): void {
    if (this.ending === undefined) return;
    const tail = readFileSync(this.logFile, 'utf8').slice(-LOG_TAIL_CHARACTERS);
    throw new Error(`A subject's process on port ${this.port} ended (${this.ending}):\n${tail}`);
  }

  /** Its log goes with it; that of a process that ended by itself stays. */
  async stop(): Promise<void> {
    if (this.ending !== undefined) return;
    const exited = once(this.child, 'exit');
    this.child.kill('SIGTERM');
    const timer = setTimeout(() => this.child.kill('SIGKILL'), STOP_TIMEOUT_MS);
    await exited.finally(() => clearTimeout(timer));
    rmSync(this.logFile, { force: true });
  }
}
