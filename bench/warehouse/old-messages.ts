import { type RetentionService } from '#inventory';
import { Schedule } from '#runtime';
import { Registry } from 'prom-client';
import { RetentionTask } from '../../apps/worker/src/retention/retention-task.js';
import { type WorkerEnvironment } from '../../apps/worker/src/environment.js';
import { embeddedBulkConnection, mysqlBulkConnection } from './bulk-connection.js';
import { numbers } from './stored-sales.js';

const MESSAGES_A_STATEMENT = 100_000;
const DAYS_AGO = 30;
const DAY_MS = 86_400_000;

/** Of ten sales. */
const PAYLOAD = JSON.stringify({ saleIds: Array(10).fill('01936d5e-7c1a-7bbb-8f3e-2d4c5b6a7f80') });

/** Nothing but messages is old in the database of a bench. */
const ENVIRONMENT = {
  RETENTION_MESSAGES_DAYS: 7,
  RETENTION_MAILS_DAYS: 0,
  RETENTION_TIMELINES_DAYS: 0,
  RETENTION_DEAD_LETTERS_DAYS: 0,
  RETENTION_WEBHOOK_DELIVERIES_DAYS: 0,
  RETENTION_KEYED_REQUESTS_DAYS: 0,
  RETENTION_CUSTOMER_DATA_DAYS: 0,
} as WorkerEnvironment;

/** Messages that were published long ago. */
export class OldMessages {
  constructor(
    private readonly url: string,
    private readonly isMysql: boolean,
  ) {}

  async store(count: number): Promise<void> {
    const connection = this.isMysql
      ? await mysqlBulkConnection(this.url, MESSAGES_A_STATEMENT)
      : embeddedBulkConnection(this.url);
    const firstMs = Date.now() - DAYS_AGO * DAY_MS;
    const idMs = connection.hexOf(`(${firstMs} + n)`);
    const time = connection.timeOf(`(${firstMs} + n)`);
    try {
      for (let first = 0; first < count; first += MESSAGES_A_STATEMENT) {
        await connection.execute(
          `INSERT INTO outbox_message (id, queue, payload, created_at, published_at)
           ${numbers(first, Math.min(count, first + MESSAGES_A_STATEMENT))}
           SELECT CONCAT(SUBSTR(${idMs}, 1, 8), '-', SUBSTR(${idMs}, 9), '-7000-8000-', ${connection.hexOf('n')}),
             'webhooks', '${PAYLOAD}', ${time}, ${time} FROM number`,
        );
      }
      await connection.settle('outbox_message');
    } finally {
      await connection.close();
    }
  }

  /** Deletes them as the worker does, until `work` is done. */
  async whileDeleting<T>(retention: RetentionService, work: () => Promise<T>): Promise<T> {
    const schedule = new OneTask();
    new RetentionTask(retention, schedule, new Registry(), ENVIRONMENT);
    const stopping = new AbortController();
    const deleting = schedule.repeat(stopping.signal);
    return work().finally(async () => {
      stopping.abort();
      await deleting;
    });
  }
}

/** Runs the task at once, and again while there is more. */
class OneTask extends Schedule {
  private work: () => Promise<boolean | void> = async () => false;

  override every(_name: string, _intervalMs: number, work: () => Promise<boolean | void>): void {
    this.work = work;
  }

  async repeat(signal: AbortSignal): Promise<void> {
    while (!signal.aborted && (await this.work()));
  }
}
