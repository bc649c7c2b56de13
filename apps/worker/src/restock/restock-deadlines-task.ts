import { RestockProgressService, RestockService } from '#inventory';
import { Schedule } from '#runtime';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { WORKER_ENVIRONMENT, type WorkerEnvironment } from '../environment.js';

/**
 * Finds orders whose goods did not come, and mails a person, because the factory has no route for a status. Finds orders
 * that did not reach the factory, and sends their message again.
 */
@Injectable()
export class RestockDeadlinesTask {
  private readonly logger = new Logger(RestockDeadlinesTask.name);

  constructor(
    private readonly progress: RestockProgressService,
    private readonly restock: RestockService,
    schedule: Schedule,
    @Inject(WORKER_ENVIRONMENT) environment: WorkerEnvironment,
  ) {
    schedule.every(RestockDeadlinesTask.name, environment.OVERDUE_INTERVAL_SECONDS * 1000, () => this.look());
  }

  private async look(): Promise<void> {
    const overdue = await this.progress.markOverdue();
    if (overdue > 0) this.logger.warn(`${overdue} restock orders are overdue`);
    const resent = await this.restock.resendLostRequests();
    if (resent > 0)
      this.logger.warn(`${resent} restock orders were sent again: nobody had asked the factory`);
  }
}
