import { Database } from '#inventory';
import { ConsumerControl } from '#messaging';
import { QUEUE_NAMES, QUEUES } from '#queues';
import { Schedule, withTimeout } from '#runtime';
import { Injectable, Logger } from '@nestjs/common';

/** The pause between two checks of the database, in ms. */
const INTERVAL_MS = 1_000;

/** How long the database may take to answer before it counts as unavailable, in ms. */
const ANSWER_TIMEOUT_MS = 2_000;

/**
 * Good answers in a row that end an outage. One is not enough: during a failover the database answers now and then, and
 * each time every message would use up a receive. Failures that wait to be recorded must also be stored before their
 * messages are received again.
 */
const ANSWERS_TO_RESUME = 2;

/** The queues whose handlers can do nothing without the database. */
export const PAUSED_QUEUES = QUEUE_NAMES.filter((queue) => QUEUES[queue].needsDatabase);

/**
 * Pauses the queues while the database takes no writes. A failover takes a minute or two. Without the pause, every message
 * of that time would use up its receives and become a dead letter.
 */
@Injectable()
export class DatabaseOutageTask {
  private readonly logger = new Logger(DatabaseOutageTask.name);
  private goodAnswers = 0;

  constructor(
    private readonly database: Database,
    private readonly consumers: ConsumerControl,
    schedule: Schedule,
  ) {
    schedule.every(DatabaseOutageTask.name, INTERVAL_MS, () => this.check());
  }

  /** A handler found the outage before the next check did. */
  async reportUnavailable(): Promise<void> {
    this.goodAnswers = 0;
    if ((await this.consumers.paused(PAUSED_QUEUES)).length === PAUSED_QUEUES.length) return;
    this.logger.warn('The database is unavailable: the queues are paused');
    await this.consumers.pause(PAUSED_QUEUES);
  }

  private async check(): Promise<void> {
    const isUp = await withTimeout(this.database.assertWritable(), ANSWER_TIMEOUT_MS).then(
      () => true,
      () => false,
    );
    if (!isUp) return this.reportUnavailable();
    // Those before the outage say nothing of its end: another process may have met it.
    const isPaused = (await this.consumers.paused(PAUSED_QUEUES)).length > 0;
    this.goodAnswers = isPaused ? this.goodAnswers + 1 : 0;
    if (this.goodAnswers < ANSWERS_TO_RESUME) return;
    this.logger.warn('The database is available again: the queues are resumed');
    await this.consumers.resume(PAUSED_QUEUES);
  }
}
