import { Database } from '#inventory';
import { ConsumerControl, type QueueName } from '#messaging';
import { Schedule, withTimeout } from '#runtime';
import { Injectable, Logger } from '@nestjs/common';

/** How often the database is asked, in ms. */
const INTERVAL_MS = 1_000;

/** How long it may take to answer before it counts as away, in ms. */
const ANSWER_TIMEOUT_MS = 2_000;

/** The queues whose handlers can do nothing without the database. */
const QUEUES: readonly QueueName[] = ['restock', 'goods-receipts', 'notifications'];

/**
 * Receives no messages while the database is away. A failover takes a minute or two: without this, every message
 * that comes in that time would use up its receives and need a person.
 */
@Injectable()
export class DatabaseOutageGuard {
  private readonly logger = new Logger(DatabaseOutageGuard.name);

  constructor(
    private readonly database: Database,
    private readonly consumers: ConsumerControl,
    schedule: Schedule,
  ) {
    schedule.every(DatabaseOutageGuard.name, INTERVAL_MS, () => this.look());
  }

  private async look(): Promise<void> {
    const isUp = await withTimeout(this.database.ping(), ANSWER_TIMEOUT_MS).then(
      () => true,
      () => false,
    );
    const isPaused = this.consumers.isPaused('restock');
    if (isUp !== isPaused) return;
    this.logger.warn(isUp ? 'The database is back' : 'The database is away: no messages are received');
    for (const queue of QUEUES) {
      if (isUp) this.consumers.resume(queue);
      else this.consumers.pause(queue);
    }
  }
}
