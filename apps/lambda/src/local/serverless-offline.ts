import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createServer } from 'node:net';
import { FunctionError } from './function-environments.js';
import { PROJECT } from './project.js';

/** The folder of serverless.yml. */
const SERVICE = join(PROJECT, 'apps/lambda');
const FRAMEWORK = join(SERVICE, 'serverless/node_modules/osls/bin/serverless.js');
const NAME_PREFIX = 'donut-states-course-dev-';

const READY = 'Server ready';
const START_TIMEOUT_MS = 60_000;

/** The Serverless Framework with serverless-offline, as a process. It enforces the functions' time limit. */
export class ServerlessOffline {
  private constructor(
    private readonly child: ChildProcess,
    /** Serves the functions' paths. */
    readonly httpPort: number,
    private readonly invocationPort: number,
  ) {}

  /** @param environment of the functions, beside that of this process */
  static async start(environment: NodeJS.ProcessEnv): Promise<ServerlessOffline> {
    const [httpPort, invocationPort] = await Promise.all([freePort(), freePort()]);
    const child = spawn(
      process.execPath,
      [
        FRAMEWORK,
        'offline',
        ...['--host', '127.0.0.1'],
        ...['--httpPort', String(httpPort)],
        ...['--lambdaPort', String(invocationPort)],
        // In s. It keeps an environment that it has ended at the time limit, and would hand the next events to it.
        ...['--terminateIdleLambdaTime', '1'],
        // That of serverless.yml exists in AWS alone.
        ...['--param', `queueUrl=${environment.QUEUE_URL}`],
      ],
      {
        cwd: SERVICE,
        env: { ...process.env, ...environment, SLS_TELEMETRY_DISABLED: '1', SLS_NOTIFICATIONS_MODE: 'off' },
        stdio: ['ignore', 'pipe', 'pipe'],
        // Ctrl-C is for this process, which stops it last.
        detached: process.platform !== 'win32',
      },
    );
    const offline = new ServerlessOffline(child, httpPort, invocationPort);
    process.once('exit', () => child.kill('SIGKILL'));
    await offline.ready();
    return offline;
  }

  /** Calls a function as AWS itself does. @throws FunctionError when it throws, or takes longer than its time limit */
  async invoke(name: string, event: unknown): Promise<unknown> {
    const url = `http://127.0.0.1:${this.invocationPort}/2015-03-31/functions/${NAME_PREFIX}${name}/invocations`;
    const answer = await fetch(url, { method: 'POST', body: JSON.stringify(event) });
    const result = (await answer.json()) as { errorType?: string; errorMessage?: string } | null;
    if (!answer.headers.has('x-amz-function-error')) return result;
    throw new FunctionError(result?.errorType ?? 'Error', result?.errorMessage ?? 'the function failed');
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const exited = once(this.child, 'exit');
    this.child.kill('SIGTERM');
    await exited;
  }

  /** @throws Error with its output when it does not start */
  private async ready(): Promise<void> {
    let output = '';
    let isReady = false;
    const { child } = this;
    await new Promise<void>((resolve, reject) => {
      const fail = () => reject(new Error(`The Serverless Framework did not start:\n${output}`));
      const timer = setTimeout(fail, START_TIMEOUT_MS);
      child.once('exit', fail);
      for (const stream of [child.stdout!, child.stderr!]) {
        stream.on('data', (chunk: Buffer) => {
          if (isReady) return void process.stdout.write(chunk);
          output += chunk.toString();
          if (!output.includes(READY)) return;
          isReady = true;
          clearTimeout(timer);
          child.off('exit', fail);
          resolve();
        });
      }
    });
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  return port;
}
