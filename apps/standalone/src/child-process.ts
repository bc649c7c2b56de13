import { exponentialBackoff } from '#runtime';
import { type ChildProcess, fork } from 'node:child_process';
import { EXIT_STATUS } from '#runtime';
import { forEachLine, type Log } from './log-prefix.js';

export interface ProcessDefinition {
  /** For the log. */
  name: string;
  /** Path of the compiled module that runs. */
  module: string;
  arguments?: readonly string[];
  environment: NodeJS.ProcessEnv;
  /** A stage starts when every process of the stages before it is ready. */
  startStage: number;
  /** A stage is stopped when every process of the stages before it has ended. */
  stopStage: number;
  /**
   * `service`: ready with its IPC message `listening`, started again when it ends, but for status 78.
   * `task`: ready when it ends with status 0, never started again.
   */
  kind: 'service' | 'task';
}

/** All in milliseconds. */
export interface RestartPolicy {
  firstDelayMs: number;
  maxDelayMs: number;
  /** A process that ran this long has proven itself: its next failure counts as the first. */
  steadyAfterMs: number;
  /** How long a process may take to stop before it is killed: longer than it takes to give up by itself. */
  stopTimeoutMs: number;
}

export const DEFAULT_RESTART_POLICY: RestartPolicy = {
  firstDelayMs: 1_000,
  maxDelayMs: 30_000,
  steadyAfterMs: 60_000,
  // An application gives up 60 s after DRAIN_DELAY_MS, which is 0 here when nothing is said.
  stopTimeoutMs: 75_000,
};

/** From this many failures in a row a restart alone is not likely to mend it. */
const LOUD_AFTER_FAILURES = 5;

/** A task that did not end with status 0, or a service that ended with 78: started again, it would end the same way. */
export class ProcessFailedError extends Error {
  constructor(name: string, ending: string) {
    super(`${name} failed (${ending}): its own message stands above. Nothing runs without it.`);
    this.name = 'ProcessFailedError';
  }
}

/** One process that is kept running until {@link stop}. */
export class SupervisedProcess {
  readonly definition: ProcessDefinition;
  private readonly log: Log;
  private readonly onFailure: (error: ProcessFailedError) => void;
  private readonly policy: RestartPolicy;
  private readonly firstReady = Promise.withResolvers<void>();
  private child: ChildProcess | undefined;
  private ended: Promise<void> = Promise.resolve();
  private isReady = false;
  private wasReady = false;
  private restartTimer: NodeJS.Timeout | undefined;
  private failures = 0;
  private stopping = false;

  /** @param onFailure called when it was ready before, and cannot be started again */
  constructor(
    definition: ProcessDefinition,
    log: Log,
    onFailure: (error: ProcessFailedError) => void,
    policy: RestartPolicy,
  ) {
    this.definition = definition;
    this.log = log;
    this.onFailure = onFailure;
    this.policy = policy;
  }

  /** `undefined` between two lives. */
  get pid(): number | undefined {
    return this.child?.pid;
  }

  get ready(): boolean {
    return this.isReady;
  }

  /**
   * Resolves when it is ready for the first time, or stopped before.
   *
   * @throws ProcessFailedError
   */
  start(): Promise<void> {
    if (this.stopping) return Promise.resolve();
    this.launch();
    return this.firstReady.promise;
  }

  /** Asks it to stop, kills it when it does not within the policy's time, and resolves when it has ended. */
  async stop(): Promise<void> {
    this.stopping = true;
    clearTimeout(this.restartTimer);
    this.firstReady.resolve();
    const { child } = this;
    if (!child) return;

    // Windows knows no SIGTERM: kill() would end the process in the middle of its work.
    if (process.platform !== 'win32') child.kill('SIGTERM');
    else if (child.connected) child.disconnect();
    const timer = setTimeout(() => {
      this.log(
        this.definition.name,
        `does not stop within ${this.policy.stopTimeoutMs / 1000} s: killed`,
        'stderr',
      );
      child.kill('SIGKILL');
    }, this.policy.stopTimeoutMs);
    await this.ended;
    clearTimeout(timer);
  }

  /** Ends it at once, whatever it is doing. */
  kill(): void {
    this.stopping = true;
    clearTimeout(this.restartTimer);
    this.child?.kill('SIGKILL');
  }

  private launch(): void {
    const { name, module, arguments: given = [], environment } = this.definition;
    const startedAt = Date.now();
    const child = fork(module, given, {
      env: environment,
      execArgv: [],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      // A group of its own: Ctrl-C in the terminal would otherwise stop all at once, in no order.
      // On Windows that would open a window for each.
      detached: process.platform !== 'win32',
    });
    this.child = child;
    if (child.stdout) forEachLine(child.stdout, (line) => this.log(name, line));
    if (child.stderr) forEachLine(child.stderr, (line) => this.log(name, line, 'stderr'));
    child.on('error', (error) => this.log(name, error.message, 'stderr'));
    child.on('message', (message) => {
      if (message === 'listening') this.onListening();
    });
    this.ended = endingOf(child).then((ending) => {
      this.child = undefined;
      this.isReady = false;
      if (!this.stopping) this.onEnd(ending, Date.now() - startedAt);
    });
  }

  private onListening(): void {
    this.isReady = true;
    this.wasReady = true;
    this.log(this.definition.name, `${this.failures > 0 ? 'runs again' : 'runs'} as process ${this.pid}`);
    this.firstReady.resolve();
  }

  private onEnd({ status, text: ending }: Ending, lifetimeMs: number): void {
    const { name, kind } = this.definition;
    if (kind === 'task' && status === 0) {
      this.isReady = true;
      return this.firstReady.resolve();
    }
    if (kind === 'task' || status === EXIT_STATUS.configuration) {
      const error = new ProcessFailedError(name, ending);
      return this.wasReady ? this.onFailure(error) : this.firstReady.reject(error);
    }
    this.failures = lifetimeMs >= this.policy.steadyAfterMs ? 1 : this.failures + 1;
    const { firstDelayMs: first, maxDelayMs: max } = this.policy;
    const delayMs = exponentialBackoff(this.failures, { first, max });
    this.log(name, `ended unexpectedly (${ending}), starts again in ${delayMs / 1000} s`, 'stderr');
    if (this.failures >= LOUD_AFTER_FAILURES) {
      this.log(
        name,
        `HAS FAILED ${this.failures} TIMES IN A ROW. It most likely needs you: its own message stands above.`,
        'stderr',
      );
    }
    this.restartTimer = setTimeout(() => this.launch(), delayMs);
  }
}

interface Ending {
  /** `null` after a signal, and when it never started. */
  status: number | null;
  /** For the log. */
  text: string;
}

/**
 * How a process ended, once its last lines have been read: they say why. Not by its event 'close', which Node
 * does not emit after disconnect().
 */
async function endingOf(child: ChildProcess): Promise<Ending> {
  const [ending] = await Promise.all([
    new Promise<Ending>((resolve) => {
      child.once('exit', (status, signal) => resolve({ status, text: signal ?? `exit status ${status}` }));
      child.once('error', (error) => {
        if (child.pid === undefined) resolve({ status: null, text: error.message });
      });
    }),
    ...[child.stdout, child.stderr].map(
      (stream) => stream && new Promise<void>((resolve) => stream.once('close', resolve)),
    ),
  ]);
  return ending;
}
