import { DeadLetterService, type OutboxMessage, OutboxService } from '#inventory';
import { type BatchEntry, QueuePublisher } from '#messaging';
import { QUEUE_NAMES, type QueueName } from '#queues';
import { withTimeout } from '#runtime';
import { Injectable, Logger } from '@nestjs/common';

/** The most messages that are claimed at a time. */
const BATCH_SIZE = 50;

/**
 * The lease of the messages, in ms. They are sent in five calls. A call that hangs ends after twice the publisher's timeout
 * and a pause, 8 s: 40 s in all, and a transaction for each refusal. A lease that is too short sends messages twice. One
 * that is too long only delays the messages of a relay that died.
 */
const LEASE_MS = 120_000;

/** Sends committed messages from the outbox to their queues: at least once, in the order of writing as far as SQS keeps it. */
@Injectable()
export class OutboxRelay {
  private readonly logger = new Logger(OutboxRelay.name);

  constructor(
    private readonly outbox: OutboxService,
    private readonly queues: QueuePublisher,
    private readonly deadLetters: DeadLetterService,
  ) {}

  /**
   * Sends what waits, for processes that do not look into the outbox all the time. It claims nothing after `limitMs`, and waits
   * no longer for a queue that hangs: what it has claimed is sent after the lease.
   *
   * @throws TimeoutError
   */
  async relayWithin(limitMs: number): Promise<void> {
    const untilMs = performance.now() + limitMs;
    const relayAll = async () => {
      const queues = (await this.outbox.waitingQueues()).filter(isQueueName);
      await Promise.all(
        queues.map(async (queue) => {
          while (performance.now() < untilMs && (await this.relay(queue)));
        }),
      );
    };
    await withTimeout(relayAll(), limitMs);
  }

  /** Sends what waits for `queue`. @returns whether more messages may be waiting */
  async relay(queue: QueueName): Promise<boolean> {
    const messages = await this.outbox.claim(BATCH_SIZE, LEASE_MS, queue);
    if (messages.length === 0) return false;
    const byId = new Map(messages.map((message) => [message.id, message]));
    const { sent, failed } = await this.queues.publishBatch(
      queue,
      messages.map(({ id, payload }) => ({ id, message: payload }) as BatchEntry),
    );
    const waiting = failed.filter(({ retryable }) => retryable);
    // Records the sent messages first: if a later step fails, they must not be sent again.
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

  /**
   * Another version wrote these messages, or an operator redrove them, for a queue that this version does not have.
   *
   * @returns whether there may be more
   */
  async giveUpStrays(): Promise<boolean> {
    const strays = await this.outbox.claimStray(BATCH_SIZE, LEASE_MS, QUEUE_NAMES);
    for (const stray of strays) await this.giveUp(stray, `there is no queue "${stray.queue}"`);
    return strays.length === BATCH_SIZE;
  }

  /** The queue would always refuse the message, so a person must see it: an operator can redrive a broken message. */
  private async giveUp(message: OutboxMessage, reason: string): Promise<void> {
    const { id, queue, payload } = message;
    await this.deadLetters.open(
      { queue, messageId: `outbox:${id}`, body: JSON.stringify(payload), attributes: {} },
      { code: 'MESSAGE.CONTRACT_BROKEN', detail: reason },
    );
    await this.outbox.markPublished([message]);
  }
}

function isQueueName(queue: string): queue is QueueName {
  return (QUEUE_NAMES as readonly string[]).includes(queue);
}
