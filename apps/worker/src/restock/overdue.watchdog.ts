import { RestockProgressService } from '#inventory';
import { PeriodicTask } from '#runtime';
import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { WORKER_ENVIRONMENT, type WorkerEnvironment } from '../environment.js';

/** Looks for ordered goods that never came, and has a person told. The factory has no way to be asked for a status. */
@Injectable()
export class OverdueWatchdog implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(OverdueWatchdog.name);
  private readonly task: PeriodicTask;

  constructor(
    private readonly progress: RestockProgressService,
    @Inject(WORKER_ENVIRONMENT) environment: WorkerEnvironment,
  ) {
    this.task = new PeriodicTask('OverdueWatchdog', environment.OVERDUE_INTERVAL_SECONDS * 1000, () =>
      this.look(),
    );
  }

  onApplicationBootstrap(): void {
    this.task.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.task.stop();
  }

  private async look(): Promise<void> {
    const overdue = await this.progress.markOverdue();
    if (overdue > 0) this.logger.warn(`${overdue} restock orders are overdue`);
  }
}
