import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import { type Invocation, type Outcome } from './environment.main.js';
import { COMPILED } from './project.js';

const ENVIRONMENT = join(COMPILED, 'local/environment.main.js');

export interface FunctionOptions {
  /** The file of the handler, and the name under which it exports it. */
  file: string;
  handler: string;
  /** After it the environment is ended, and the invocation has failed. */
  timeoutMs: number;
  /** The most environments. Further invocations wait. */
  concurrency: number;
  /** The variables of each environment. @default those of this process */
  environment?: NodeJS.ProcessEnv;
  /** Whether what they print is dropped. */
  isSilent?: boolean;
}

/** The handler threw, or was not done in time, or its process ended. */
export class FunctionError extends Error {
  constructor(
    readonly errorType: string,
    message: string,
  ) {
    super(message);
    this.name = 'FunctionError';
  }
}

interface Environment {
  process: ChildProcess;
  memory: number;
}

/**
 * A function as Lambda runs it: one environment for each invocation at a time, started when none is free and kept for the
 * next. Between two invocations an environment is frozen: no timer of it runs, and it answers nobody.
 */
export class FunctionEnvironments {
  private readonly free: Environment[] = [];
  private readonly waiting: ((environment: Environment | undefined) => void)[] = [];
  private readonly all = new Set<Environment>();
  private readonly underWay = new Set<Promise<unknown>>();
  private isStopped = false;

  constructor(private readonly options: FunctionOptions) {}

  /** What the environments hold in memory, in bytes, as each last told. */
  get memory(): number[] {
    return [...this.all].map(({ memory }) => memory);
  }

  /** @throws FunctionError */
  async invoke(event: unknown): Promise<unknown> {
    const invocation = this.run(event);
    this.underWay.add(invocation);
    try {
      return await invocation;
    } finally {
      this.underWay.delete(invocation);
    }
  }

  /** Starts `count` environments, as provisioned concurrency does. */
  async provision(count: number): Promise<void> {
    const environments = await Promise.all(Array.from({ length: count }, () => this.start()));
    for (const environment of environments) this.release(environment);
  }

  /** Waits for the invocations under way. */
  async stop(): Promise<void> {
    this.isStopped = true;
    await Promise.allSettled(this.underWay);
    for (const environment of this.all) this.end(environment);
  }

  private async run(event: unknown): Promise<unknown> {
    const environment = await this.acquire();
    const { timeoutMs } = this.options;
    const { process: child } = environment;
    child.kill('SIGCONT');
    const outcome = await answerOf<Outcome>(child, timeoutMs, () =>
      child.send({ event, timeoutMs } satisfies Invocation),
    ).catch((error: unknown) => {
      this.end(environment);
      this.serveWaiting();
      throw error;
    });
    environment.memory = outcome.memory;
    this.release(environment);
    if (outcome.error) throw new FunctionError(outcome.error.errorType, outcome.error.errorMessage);
    return outcome.result;
  }

  private async acquire(): Promise<Environment> {
    const environment = this.free.pop();
    if (environment) return environment;
    if (this.all.size < this.options.concurrency) return this.start();
    const given = await new Promise<Environment | undefined>((resolve) => this.waiting.push(resolve));
    return given ?? this.start();
  }

  private async start(): Promise<Environment> {
    const { file, handler, environment: variables, timeoutMs, isSilent } = this.options;
    const child = fork(ENVIRONMENT, [file, handler], {
      env: variables ?? process.env,
      stdio: isSilent ? ['ignore', 'ignore', 'ignore', 'ipc'] : ['inherit', 'inherit', 'inherit', 'ipc'],
    });
    const environment: Environment = { process: child, memory: 0 };
    this.all.add(environment);
    child.once('exit', () => this.forget(environment));
    await answerOf(child, timeoutMs, () => undefined).catch((error: unknown) => {
      this.end(environment);
      this.serveWaiting();
      throw error;
    });
    return environment;
  }

  private release(environment: Environment): void {
    const next = this.waiting.shift();
    if (next) return next(environment);
    if (!this.isStopped) environment.process.kill('SIGSTOP');
    this.free.push(environment);
  }

  /** An environment has ended: one that waits may start another. */
  private serveWaiting(): void {
    this.waiting.shift()?.(undefined);
  }

  private end(environment: Environment): void {
    this.forget(environment);
    environment.process.kill('SIGKILL');
  }

  private forget(environment: Environment): void {
    this.all.delete(environment);
    const index = this.free.indexOf(environment);
    if (index >= 0) this.free.splice(index, 1);
  }
}

/** The next message of `child` after `ask`. @throws FunctionError */
function answerOf<Answer>(child: ChildProcess, timeoutMs: number, ask: () => void): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const settle = (then: () => void) => {
      clearTimeout(timer);
      child.off('message', answered).off('exit', ended);
      then();
    };
    const answered = (answer: unknown) => settle(() => resolve(answer as Answer));
    const ended = (code: number | null) =>
      settle(() => reject(new FunctionError('Runtime.ExitError', `the process ended with status ${code}`)));
    const timer = setTimeout(
      () =>
        settle(() =>
          reject(new FunctionError('Sandbox.Timedout', `Task timed out after ${timeoutMs / 1000} seconds`)),
        ),
      timeoutMs,
    );
    child.on('message', answered).on('exit', ended);
    ask();
  });
}
