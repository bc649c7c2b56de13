import { execFileSync, fork, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '../libs/runtime/src/testing/eventually.js';
import { ApiDocument } from './api/api-document.js';
import { freePorts } from '../libs/runtime/src/testing/free-ports.js';

const ROOT = join(import.meta.dirname, '..');
const STANDALONE = join(ROOT, 'dist/apps/standalone/src/main.js');

export const OPERATIONS_API_KEY = 'test-operations-key';
export const CALLBACK_SIGNING_KEY = 'test-callback-signing-key-of-32-chars';

export const SALE_TOKEN_KEY = 'test-sale-token-key-of-32-characters';

/** A start compiles nothing, but opens six processes on a machine that runs other specs. */
const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 40_000;

export interface Answer<Body = any> {
  status: number;
  headers: Headers;
  body: Body;
}

/** Sales and worker as services, and as functions. */
export const COMPUTES = ['fargate', 'lambda'] as const;

export type Application = 'sales' | 'worker' | 'factory' | 'queue' | 'mail';

/**
 * The whole system as `npm start` runs it, with a data directory and ports of its own, at a quick pace:
 * the factory delivers after 1 s, a failed message comes back after 1 s.
 */
export class RunningSystem {
  output = '';
  private process!: ChildProcess;
  private readonly document = ApiDocument.committed();

  private constructor(
    readonly directory: string,
    readonly variables: Record<string, string>,
  ) {}

  static async start(variables: Record<string, string> = {}): Promise<RunningSystem> {
    const [sales, worker, factory, queue, mail] = await freePorts(5);
    const directory = mkdtempSync(join(tmpdir(), 'donut-states-e2e-'));
    const system = new RunningSystem(directory, {
      DATA_DIR: join(directory, 'data'),
      SALES_PORT: String(sales),
      WORKER_PORT: String(worker),
      FACTORY_PORT: String(factory),
      QUEUE_PORT: String(queue),
      MAIL_PORT: String(mail),
      OPERATIONS_API_KEY,
      CALLBACK_SIGNING_KEY,
      SALE_TOKEN_KEY,
      FACTORY_LEAD_TIME_MS: '1000',
      FACTORY_LATENCY_MS: '20',
      RETRY_FIRST_DELAY_SECONDS: '1',
      OUTBOX_INTERVAL_MS: '50',
      OVERDUE_INTERVAL_SECONDS: '1',
      ...variables,
    });
    await system.restart();
    return system;
  }

  /** Starts the system on the data that is there. */
  async restart(): Promise<void> {
    const { PATH, HOME, TMPDIR } = process.env;
    this.process = fork(STANDALONE, [], {
      cwd: ROOT,
      env: { PATH, HOME, TMPDIR, ...this.variables },
      silent: true,
      execArgv: [],
    });
    this.output = '';
    const collect = (chunk: Buffer) => (this.output += chunk.toString());
    this.process.stdout!.on('data', collect);
    this.process.stderr!.on('data', collect);
    await eventually(() => {
      if (this.process.exitCode !== null) throw new Error(`The system ended:\n${this.output}`);
      if (!this.output.includes('Donut-States is ready')) throw new Error(`Not ready:\n${this.output}`);
    }, START_TIMEOUT_MS);
  }

  url(application: Exclude<Application, 'queue'>, path: string): string {
    const port = { sales: 'SALES_PORT', worker: 'WORKER_PORT', factory: 'FACTORY_PORT', mail: 'MAIL_PORT' };
    return `http://127.0.0.1:${this.variables[port[application]]}${path}`;
  }

  async get(path: string): Promise<Answer> {
    return this.ask('GET', path);
  }

  /** POST with the operations key and a JSON body; `undefined` sends none. */
  async post(path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    return this.ask('POST', path, body, headers);
  }

  /** @throws Error for an answer that is not as the API's document says */
  async ask(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const answer = await answerOf(
      await fetch(this.url('sales', path), {
        method,
        headers: {
          'x-api-key': OPERATIONS_API_KEY,
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...headers,
        },
        body: body === undefined ? undefined : JSON.stringify(body),
      }),
    );
    const complaints = this.document.complaintsAbout({ method, path, ...answer });
    if (complaints.length > 0) throw new Error(complaints.join('\n'));
    return answer;
  }

  async buy(sku: string, quantity: number, headers: Record<string, string> = {}): Promise<Answer> {
    return this.post('/sales', { lines: [{ sku, quantity }] }, headers);
  }

  async stock(sku: string): Promise<{ onHand: number; onOrder: number }> {
    return (await this.get(`/products/${sku}`)).body.stock;
  }

  async setFaults(faults: Record<string, number>): Promise<void> {
    const answer = await fetch(this.url('factory', '/faults'), {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(faults),
    });
    if (!answer.ok) throw new Error(`The factory refused the faults: ${await answer.text()}`);
  }

  async mails(): Promise<{ to: string; subject: string; text: string }[]> {
    const { emails } = (await (await fetch(this.url('mail', '/store'))).json()) as {
      emails: { destination: { to: string[] }; subject: string; body: { text: string } }[];
    };
    return emails.map(({ destination, subject, body }) => ({
      to: destination.to[0]!,
      subject,
      text: body.text,
    }));
  }

  /** Creates a product without stock and returns its SKU, so that every test has one of its own. */
  async newProduct(onHand: number, rules: Record<string, unknown> = {}): Promise<string> {
    const sku = `T-${Math.random().toString(36).slice(2, 10)}`;
    const answer = await this.ask('PUT', `/products/${sku}`, {
      name: sku,
      priceKrw: 1_000,
      factoryId: 'FF-500293',
      reorderPoint: 0,
      targetLevel: 50,
      lotSize: 10,
      maxPerSale: 1_000,
      adManagerEmail: `${sku.toLowerCase()}@example.com`,
      ...rules,
    });
    if (answer.status !== 201) throw new Error(JSON.stringify(answer.body));
    // A product without stock is ordered at once: let that order run its course first.
    await eventually(async () => {
      const { onHand: arrived, onOrder } = await this.stock(sku);
      if (onOrder > 0 || arrived === 0) throw new Error('the first goods have not come');
    });
    const delta = onHand - (await this.stock(sku)).onHand;
    if (delta !== 0) await this.post(`/products/${sku}/adjustments`, { delta, note: 'for a test' });
    return sku;
  }

  async openRestockOrder(sku: string): Promise<{ id: string; quantity: number; status: string } | undefined> {
    const { body } = await this.get(`/restock-orders?sku=${sku}&limit=1`);
    const [newest] = body.items;
    return newest && !['RECEIVED', 'CANCELLED'].includes(newest.status) ? newest : undefined;
  }

  /** `npm run reconcile` on the system's database; its output when something differs. */
  reconcile(): string | undefined {
    try {
      execFileSync(process.execPath, [join(ROOT, 'dist/libs/inventory/src/reconcile.main.js')], {
        env: { ...process.env, DATABASE_URL: this.databaseUrl },
        stdio: 'pipe',
      });
      return undefined;
    } catch (error) {
      return String((error as { stdout: Buffer }).stdout);
    }
  }

  get databaseUrl(): string {
    return this.variables.DATABASE_URL ?? join(this.variables.DATA_DIR!, 'warehouse.sqlite');
  }

  /** Ends one process at once, as a crash would. */
  kill(application: Application): void {
    process.kill(this.pids().get(application)!, 'SIGKILL');
  }

  /** Ends every process at once, the supervisor first, as a power cut would. */
  killAll(): void {
    const children = [...this.pids().values()];
    this.process.kill('SIGKILL');
    for (const pid of children) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It had noticed already.
      }
    }
  }

  /** The processes as the supervisor tells of them, the newest of each. */
  private pids(): Map<Application, number> {
    const lines = this.output.matchAll(/^(\w+) +\| runs(?: again)? as process (\d+)$/gm);
    return new Map([...lines].map(([, name, pid]) => [name as Application, Number(pid)]));
  }

  /** Sends a signal to `npm start` alone, as `kill` does. */
  signal(name: NodeJS.Signals): void {
    this.process.kill(name);
  }

  /** The exit status of `npm start`, once it has ended. */
  get exited(): Promise<number | null> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) {
      return Promise.resolve(this.process.exitCode);
    }
    return new Promise((resolve) => this.process.once('exit', resolve));
  }

  /** Ctrl-C, and the data stays. @returns the exit status */
  async stop(): Promise<number | null> {
    const { exited } = this;
    this.process.kill('SIGTERM');
    const timer = setTimeout(() => this.process.kill('SIGKILL'), STOP_TIMEOUT_MS);
    return exited.finally(() => clearTimeout(timer));
  }

  async remove(): Promise<void> {
    await this.stop();
    rmSync(this.directory, { recursive: true, force: true });
  }
}

export async function answerOf(response: Response): Promise<Answer> {
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json');
  return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
}
