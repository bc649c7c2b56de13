import { RestockProgressService } from '#inventory';
import { Schedule } from '#runtime';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { WORKER_ENVIRONMENT, type WorkerEnvironment } from '../environment.js';

/** Looks for ordered goods that never came, and has a person told. The factory has no way to be asked for a status. */
@Injectable()
export class OverdueWatchdog {
  private readonly logger = new Logger(OverdueWatchdog.name);

  constructor(
    private readonly progress: RestockProgressService,
    schedule: Schedule,
    @Inject(WORKER_ENVIRONMENT) environment: WorkerEnvironment,
  ) {
    schedule.every(OverdueWatchdog.name, environment.OVERDUE_INTERVAL_SECONDS * 1000, () => this.look());
  }

  private async look(): Promise<void> {
    const overdue = await this.progress.markOverdue();
    if (overdue > 0) this.logger.warn(`${overdue} restock orders are overdue`);
  }
}
