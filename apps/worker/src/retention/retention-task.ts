import { RETENTION_BATCH, type RetentionKind, RetentionService } from '#inventory';
import { Schedule } from '#runtime';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { Counter, Registry } from 'prom-client';
import { WORKER_ENVIRONMENT, type WorkerEnvironment } from '../environment.js';
import { LONGEST_MESSAGE_LIFE_DAYS } from './environment.js';

const INTERVAL_MS = 3_600_000;

/**
 * The pause after a transaction, by the time that it took. It does not matter when old rows go, and sales are slower while they
 * do: docs/performance.md has the figures. The embedded database has one writer, which sales wait for.
 */
const PAUSE_FACTOR = 4;

/** A worker that stops waits for it, in ms. */
const LONGEST_PAUSE_MS = 1_000;

const DAY_MS = 24 * 3_600_000;

/** The address of the buyer is erased in a sale, which stays. */
const CUSTOMER_DATA = 'customer_data';

type Kind = RetentionKind | typeof CUSTOMER_DATA;

/** Rows of one kind that are deleted when they are as old as this, in ms. */
type Policy = [kind: Kind, retentionMs: number];

/** Deletes what is old: one kind after the other, and a bounded number of rows at a time. */
@Injectable()
export class RetentionTask {
  private readonly logger = new Logger(RetentionTask.name);
  private readonly policies: readonly Policy[];
  private readonly deleted: Counter;
  /** Of the run under way: the first is the one that is worked on. */
  private left: Policy[] = [];
  /** Rows of the first kind that this run has deleted. */
  private rows = 0;

  constructor(
    private readonly retention: RetentionService,
    schedule: Schedule,
    registry: Registry,
    @Inject(WORKER_ENVIRONMENT) environment: WorkerEnvironment,
  ) {
    this.policies = policiesOf(environment);
    this.deleted = new Counter({
      name: 'donut_states_retention_deleted_total',
      help: 'Rows that this worker has deleted because they were old; of customer_data, sales whose address it has erased.',
      labelNames: ['of'],
      registers: [registry],
    });
    for (const [kind] of this.policies) this.deleted.inc({ of: kind }, 0);
    schedule.every(RetentionTask.name, INTERVAL_MS, () => this.step());
  }

  /** One transaction. @returns whether there is more to do in this run */
  private async step(): Promise<boolean> {
    if (this.left.length === 0) this.left = [...this.policies];
    const [kind, retentionMs] = this.left[0]!;
    if (await this.deleteOldest(kind, retentionMs)) return true;
    if (this.rows > 0) {
      const done = kind === CUSTOMER_DATA ? 'erased the addresses of old sales' : 'deleted old rows';
      this.logger.log(done, { of: kind, rows: this.rows });
    }
    this.rows = 0;
    this.left.shift();
    return this.left.length > 0;
  }

  /** @returns whether there may be more. A failure ends only this kind: the next run tries it again */
  private async deleteOldest(kind: Kind, retentionMs: number): Promise<boolean> {
    const beganAtMs = performance.now();
    try {
      const { rows, hasMore } = await this.oldest(kind, retentionMs);
      this.deleted.inc({ of: kind }, rows);
      this.rows += rows;
      if (!hasMore) return false;
    } catch (error) {
      this.logger.error(`${kind} are not deleted, and will be tried again: ${(error as Error).message}`);
      return false;
    }
    const tookMs = performance.now() - beganAtMs;
    await sleep(Math.min(tookMs * PAUSE_FACTOR, LONGEST_PAUSE_MS));
    return true;
  }

  private async oldest(kind: Kind, retentionMs: number): Promise<{ rows: number; hasMore: boolean }> {
    if (kind === CUSTOMER_DATA) {
      const { erased, hasMore } = await this.retention.eraseCustomerData(retentionMs);
      return { rows: erased, hasMore };
    }
    const rows = await this.retention.deleteOldest(kind, retentionMs);
    return { rows, hasMore: rows === RETENTION_BATCH };
  }
}

/** Without those that are kept for ever. */
function policiesOf(environment: WorkerEnvironment): Policy[] {
  const days: [Kind, number][] = [
    ['messages', environment.RETENTION_MESSAGES_DAYS],
    ['mails', environment.RETENTION_MAILS_DAYS],
    ['timelines', environment.RETENTION_TIMELINES_DAYS],
    ['dead_letters', environment.RETENTION_DEAD_LETTERS_DAYS],
    ['dead_letter_job_items', environment.RETENTION_DEAD_LETTERS_DAYS],
    ['dead_letter_jobs', environment.RETENTION_DEAD_LETTERS_DAYS],
    ['webhook_deliveries', environment.RETENTION_WEBHOOK_DELIVERIES_DAYS],
    ['keyed_requests', environment.RETENTION_KEYED_REQUESTS_DAYS],
    [CUSTOMER_DATA, environment.RETENTION_CUSTOMER_DATA_DAYS],
  ];
  const kept = days.filter(([, most]) => most > 0).map(([kind, most]): Policy => [kind, most * DAY_MS]);
  return [
    ...kept,
    // Their message is in no queue any more.
    ['delivery_failures', (LONGEST_MESSAGE_LIFE_DAYS + 1) * DAY_MS],
    ['removed_webhook_endpoints', 0],
    // Deleted when their window is over.
    ['customer_purchases', 0],
  ];
}
