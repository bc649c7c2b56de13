import { DeadLetterService, type OutboxMessage, OutboxService } from '#inventory';
import { type BatchEntry, QueuePublisher } from '#messaging';
import { QUEUE_NAMES, type QueueName } from '#queues';
import { Schedule } from '#runtime';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { WORKER_ENVIRONMENT, type WorkerEnvironment } from '../environment.js';

/** Messages taken at a time. */
const BATCH_SIZE = 50;

/**
 * For how long they are ours, in ms. They go out in five calls, and one that hangs ends after twice the publisher's
 * timeout and a pause, 8 s: 40 s in all, and then as many transactions as there were refusals. A lease that ends
 * under way sends messages twice; one that is too long only delays those of a relay that died.
 */
const LEASE_MS = 120_000;

/** How often messages are looked for that no relay takes, in ms. */
const STRAY_INTERVAL_MS = 60_000;

/** Published messages are kept this long, in ms, for people who look into what happened. */
const RETENTION_MS = 7 * 24 * 3_600_000;
const PURGE_INTERVAL_MS = 3_600_000;

/**
 * Carries committed messages from the outbox to their queues: at least once, in the order of writing as far as SQS
 * goes. Each queue has a run of its own, so that one which refuses or hangs holds up no other.
 */
@Injectable()
export class OutboxRelay {
  private readonly logger = new Logger(OutboxRelay.name);

  constructor(
    private readonly outbox: OutboxService,
    private readonly queues: QueuePublisher,
    private readonly deadLetters: DeadLetterService,
    schedule: Schedule,
    @Inject(WORKER_ENVIRONMENT) environment: WorkerEnvironment,
  ) {
    for (const queue of QUEUE_NAMES) {
      schedule.every(`${OutboxRelay.name}:${queue}`, environment.OUTBOX_INTERVAL_MS, () => this.relay(queue));
    }
    schedule.every('OutboxStrays', STRAY_INTERVAL_MS, () => this.giveUpStrays());
    schedule.every('OutboxPurge', PURGE_INTERVAL_MS, () => this.outbox.purgePublished(RETENTION_MS));
  }

  /** @returns whether more messages may be waiting */
  private async relay(queue: QueueName): Promise<boolean> {
    const messages = await this.outbox.claim(BATCH_SIZE, LEASE_MS, queue);
    if (messages.length === 0) return false;
    const byId = new Map(messages.map((message) => [message.id, message]));
    const { sent, failed } = await this.queues.publishBatch(
      queue,
      messages.map(({ id, payload }) => ({ id, message: payload }) as BatchEntry),
    );
    const waiting = failed.filter(({ retryable }) => retryable);
    // First what SQS has: whatever fails below, it must not go out again.
    await this.outbox.markPublished(sent.map((id) => byId.get(id)!));
    await this.outbox.release(waiting.map(({ id }) => byId.get(id)!));
    for (const { id, reason, retryable } of failed) {
      if (!retryable) await this.giveUp(byId.get(id)!, reason);
    }
    if (waiting.length > 0) {
      this.logger.warn(`${waiting.length} messages for ${queue} wait: ${waiting[0]!.reason}`);
    }
    return waiting.length === 0 && messages.length === BATCH_SIZE;
  }

  /** An older version wrote them, or an operator redrove them, for a queue that this version does not have. */
  private async giveUpStrays(): Promise<boolean> {
    const strays = await this.outbox.claimStray(BATCH_SIZE, LEASE_MS, QUEUE_NAMES);
    for (const stray of strays) await this.giveUp(stray, `there is no queue "${stray.queue}"`);
    return strays.length === BATCH_SIZE;
  }

  /** It would be refused for ever, so a person must see it: an operator can redrive what breaks its contract. */
  private async giveUp(message: OutboxMessage, reason: string): Promise<void> {
    const { id, queue, payload } = message;
    await this.deadLetters.open(
      { queue, messageId: `outbox:${id}`, body: JSON.stringify(payload), attributes: {} },
      { code: 'MESSAGE.CONTRACT_BROKEN', detail: reason },
    );
    await this.outbox.markPublished([message]);
  }
}
