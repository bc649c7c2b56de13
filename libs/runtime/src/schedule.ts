import { type BeforeApplicationShutdown, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { PeriodicTask } from './periodic-task.js';

/** The periodic tasks of this process. They run from the start of the application until it drains. */
@Injectable()
export class Schedule implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly tasks: PeriodicTask[] = [];

  /**
   * Has `work` run with pauses of `intervalMs`, one run at a time. To be called while the application starts.
   *
   * @param work resolves to true when more is waiting, to run again without the pause
   */
  every(name: string, intervalMs: number, work: () => Promise<boolean | void>): void {
    this.tasks.push(new PeriodicTask(name, intervalMs, work));
  }

  onApplicationBootstrap(): void {
    for (const task of this.tasks) task.start();
  }

  /** Waits for the runs under way, while the database is still there. */
  async beforeApplicationShutdown(): Promise<void> {
    await Promise.all(this.tasks.map((task) => task.stop()));
  }
}
