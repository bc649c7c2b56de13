import { Injectable, Logger } from '@nestjs/common';
import { Schedule } from './schedule.js';

interface Task {
  name: string;
  intervalMs: number;
  work: () => Promise<boolean | void>;
  dueAtMs: number;
}

/** The periodic tasks where a process runs only while a platform calls it, as AWS Lambda does: a timer has no time there. */
@Injectable()
export class InvokedSchedule extends Schedule {
  private readonly logger = new Logger(InvokedSchedule.name);
  private readonly due: Task[] = [];

  override every(name: string, intervalMs: number, work: () => Promise<boolean | void>): void {
    this.due.push({ name, intervalMs, work, dueAtMs: 0 });
  }

  /**
   * Runs every task whose interval has passed since its last run in this process, all at a time, and again those of which more
   * is waiting. A task that fails or hangs does not keep the others from running.
   *
   * @param untilMs none begins after it, by `performance.now()`
   */
  async runDue(untilMs: number): Promise<void> {
    await Promise.all(
      this.due.map(async (task) => {
        let more: boolean | void = performance.now() >= task.dueAtMs;
        while (more && performance.now() < untilMs) more = await this.run(task);
      }),
    );
  }

  private async run(task: Task): Promise<boolean | void> {
    task.dueAtMs = performance.now() + task.intervalMs;
    try {
      return await task.work();
    } catch (error) {
      this.logger.error(`${task.name} failed and will run again: ${(error as Error).message}`);
      return false;
    }
  }
}
