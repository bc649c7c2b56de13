import {
  DEFAULT_RESTART_POLICY,
  type ProcessDefinition,
  type ProcessFailedError,
  type RestartPolicy,
  SupervisedProcess,
} from './child-process.js';
import { type Log } from './log-prefix.js';

/** How often a start that takes long says what it waits for, in ms. */
const WAITING_NOTICE_MS = 30_000;

/** Starts processes stage by stage, keeps them running, and stops them in an order of its own. */
export class Supervisor {
  private readonly processes: readonly SupervisedProcess[];
  private readonly log: Log;
  private stopped: Promise<void> | undefined;

  /** @param onFailure called when a process that was ready before cannot be started again */
  constructor(
    definitions: readonly ProcessDefinition[],
    log: Log,
    onFailure: (error: ProcessFailedError) => void,
    policy: RestartPolicy = DEFAULT_RESTART_POLICY,
  ) {
    this.log = log;
    this.processes = definitions.map(
      (definition) => new SupervisedProcess(definition, log, onFailure, policy),
    );
  }

  /**
   * @returns true when every process is ready, false when {@link stop} came first
   * @throws ProcessFailedError when a task fails, or a service that no restart would help: what was started keeps
   *   running until {@link stop}
   */
  async start(): Promise<boolean> {
    for (const stage of stages(this.processes, (one) => one.definition.startStage)) {
      if (this.stopped) return false;
      const notice = setInterval(() => this.sayWhatIsMissing(stage), WAITING_NOTICE_MS);
      try {
        await Promise.all(stage.map((one) => one.start()));
      } finally {
        clearInterval(notice);
      }
    }
    return !this.stopped;
  }

  /** Resolves when every process has ended. Calling it again waits for the same stop. */
  stop(): Promise<void> {
    this.stopped ??= this.stopStages();
    return this.stopped;
  }

  /** Ends every process at once. */
  kill(): void {
    this.stopped ??= Promise.resolve();
    for (const one of this.processes) one.kill();
  }

  /** Process ids by name, of those that run. */
  pids(): Map<string, number> {
    return new Map(
      this.processes.flatMap(({ definition, pid }) => (pid === undefined ? [] : [[definition.name, pid]])),
    );
  }

  private async stopStages(): Promise<void> {
    for (const stage of stages(this.processes, (one) => one.definition.stopStage)) {
      await Promise.all(stage.map((one) => one.stop()));
    }
  }

  private sayWhatIsMissing(stage: readonly SupervisedProcess[]): void {
    for (const { definition } of stage.filter(({ ready }) => !ready)) {
      this.log(definition.name, 'is not ready yet: still waiting for it');
    }
  }
}

function stages<T>(items: readonly T[], stageOf: (item: T) => number): T[][] {
  const byStage = Map.groupBy(items, stageOf);
  return [...byStage.keys()].sort((one, other) => one - other).map((stage) => byStage.get(stage) ?? []);
}
