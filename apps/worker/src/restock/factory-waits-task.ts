import { DeadLetterService, type FactoryGuard, FactoryWaitService, type RestockOrder } from '#inventory';
import { Schedule } from '#runtime';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { WORKER_ENVIRONMENT, type WorkerEnvironment } from '../environment.js';
import { factoryGuard } from './factory-guard.js';

/** Asks again for orders whose wait for their factory is over, and gives up on those that have waited for too long. */
@Injectable()
export class FactoryWaitsTask {
  private readonly logger = new Logger(FactoryWaitsTask.name);
  private readonly guard: FactoryGuard | undefined;

  constructor(
    private readonly waits: FactoryWaitService,
    private readonly deadLetters: DeadLetterService,
    schedule: Schedule,
    @Inject(WORKER_ENVIRONMENT) private readonly environment: WorkerEnvironment,
  ) {
    this.guard = factoryGuard(environment);
    schedule.every(FactoryWaitsTask.name, environment.OUTBOX_INTERVAL_MS, () => this.look());
  }

  private async look(): Promise<void> {
    const limitMs = this.environment.FACTORY_WAIT_LIMIT_SECONDS * 1000;
    if (limitMs > 0) for (const order of await this.waits.expired(limitMs)) await this.giveUp(order);
    await this.waits.release(this.guard);
  }

  /** As SQS does with a message whose receives are used up. */
  private async giveUp({ id, sku, factoryId, waitingSince, lastError }: RestockOrder): Promise<void> {
    this.logger.warn(`Restock order ${id} for ${sku} has waited too long for factory ${factoryId}`);
    const since = waitingSince!.toISOString();
    await this.deadLetters.open(
      {
        queue: 'restock',
        messageId: `waited:${id}:${waitingSince!.getTime()}`,
        body: JSON.stringify({ restockOrderId: id }),
        attributes: {},
      },
      {
        code: 'FACTORY.WAIT_LIMIT',
        detail: `waited since ${since} for factory ${factoryId}: ${lastError ?? ''}`,
      },
    );
  }
}
