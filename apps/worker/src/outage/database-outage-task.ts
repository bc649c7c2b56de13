import { Database } from '#inventory';
import { ConsumerControl, type QueueName } from '#messaging';
import { Schedule, withTimeout } from '#runtime';
import { Injectable, Logger } from '@nestjs/common';

/** How often the database is asked, in ms. */
const INTERVAL_MS = 1_000;

/** How long it may take to answer before it counts as away, in ms. */
const ANSWER_TIMEOUT_MS = 2_000;

/**
 * How many good answers in a row end an outage. One is not enough: a failover comes and goes, and each time every message
 * would use up a receive. And what is waiting to be recorded must come before the messages that it is about.
 */
const ANSWERS_TO_RESUME = 2;

/** The queues whose handlers can do nothing without the database. */
const QUEUES: readonly QueueName[] = ['restock', 'goods-receipts', 'notifications'];

/**
 * Receives no messages while the database takes no writes. A failover takes a minute or two: without this, every message
 * that comes in that time would use up its receives and become a dead letter.
 */
@Injectable()
export class DatabaseOutageTask {
  private readonly logger = new Logger(DatabaseOutageTask.name);
  private isPaused = false;
  private goodAnswers = 0;

  constructor(
    private readonly database: Database,
    private readonly consumers: ConsumerControl,
    schedule: Schedule,
  ) {
    schedule.every(DatabaseOutageTask.name, INTERVAL_MS, () => this.look());
  }

  /** A handler met the outage before the next look did: what it received is the last message of the outage. */
  reportUnavailable(): void {
    this.goodAnswers = 0;
    if (this.isPaused) return;
    this.isPaused = true;
    this.logger.warn('The database is away: no messages are received');
    for (const queue of QUEUES) this.consumers.pause(queue);
  }

  private async look(): Promise<void> {
    const isUp = await withTimeout(this.database.assertWritable(), ANSWER_TIMEOUT_MS).then(
      () => true,
      () => false,
    );
    if (!isUp) return this.reportUnavailable();
    this.goodAnswers += 1;
    if (!this.isPaused || this.goodAnswers < ANSWERS_TO_RESUME) return;
    this.isPaused = false;
    this.logger.warn('The database is back');
    for (const queue of QUEUES) this.consumers.resume(queue);
  }
}
