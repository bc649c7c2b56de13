import { fork, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';

/** From the project's folder, where npm runs every script: this file is used as it stands and compiled. */
const SALES = join(process.cwd(), 'dist/apps/sales/src/main.js');
export const OPERATIONS_KEY = 'test-operations-key';

const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 40_000;

/** The last of what it printed is what says why it ended. */
const MAX_OUTPUT_CHARACTERS = 20_000;

/**
 * One compiled sales process on a database that is migrated already, with nothing beside it: neither worker nor
 * queue, so no goods come. Any number of them may run on one database.
 */
export class SalesProcess {
  private output = '';
  private process!: ChildProcess;
  /** The process that {@link kill} or {@link stop} ended. Another one that is gone ended by itself. */
  private ended: ChildProcess | undefined;

  private constructor(
    private readonly databaseUrl: string,
    readonly port: number,
  ) {}

  static async start(databaseUrl: string, port: number): Promise<SalesProcess> {
    const sales = new SalesProcess(databaseUrl, port);
    await sales.restart();
    return sales;
  }

  /** Resolves when it listens. */
  async restart(): Promise<void> {
    const { PATH, HOME, TMPDIR } = process.env;
    const child = fork(SALES, [], {
      env: {
        ...{ PATH, HOME, TMPDIR },
        DATABASE_URL: this.databaseUrl,
        SALES_PORT: String(this.port),
        // Nothing listens there: what a sale tells the queues waits in the outbox.
        QUEUE_URL_PREFIX: 'http://127.0.0.1:9/',
        AWS_ACCESS_KEY_ID: 'local',
        AWS_SECRET_ACCESS_KEY: 'local',
        OPERATIONS_API_KEY: OPERATIONS_KEY,
        CALLBACK_SIGNING_KEY: 'test-callback-signing-key-of-32-chars',
        SALE_TOKEN_KEY: 'test-sale-token-key-of-32-characters',
        DRAIN_DELAY_MS: '0',
        LOG_LEVEL: 'warn',
      },
      silent: true,
      execArgv: [],
      // A group of its own, or Ctrl-C would stop it together with the test that watches over it.
      detached: process.platform !== 'win32',
    });
    this.process = child;
    this.output = '';
    const collect = (chunk: Buffer) => {
      this.output = (this.output + chunk.toString()).slice(-MAX_OUTPUT_CHARACTERS);
    };
    child.stdout!.on('data', collect);
    child.stderr!.on('data', collect);
    await new Promise<void>((resolve, reject) => {
      const fail = (how: string) => reject(new Error(`The sales process ${how}:\n${this.output}`));
      const timer = setTimeout(() => fail('does not listen'), START_TIMEOUT_MS);
      child.once('exit', () => fail('ended before it listened'));
      child.on('message', (message) => {
        clearTimeout(timer);
        if (message === 'listening') resolve();
      });
    });
  }

  /** Its last output, if it ended by itself. */
  get ownEnd(): string | undefined {
    return hasEnded(this.process) && this.ended !== this.process ? this.output : undefined;
  }

  /** `kill -9`. */
  async kill(): Promise<void> {
    await this.end('SIGKILL');
  }

  /** As a deployment stops it. @returns the exit status */
  async stop(): Promise<number | null> {
    const timer = setTimeout(() => this.process.kill('SIGKILL'), STOP_TIMEOUT_MS);
    await this.end('SIGTERM').finally(() => clearTimeout(timer));
    return this.process.exitCode;
  }

  private async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    if (hasEnded(this.process)) return;
    this.ended = this.process;
    const exited = new Promise((resolve) => this.process.once('exit', resolve));
    this.process.kill(signal);
    await exited;
  }
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}
