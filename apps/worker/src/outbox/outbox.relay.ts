import { DeadLetterService, type OutboxMessage, OutboxService } from '#inventory';
import { type BatchEntry, type QueueName, QueuePublisher } from '#messaging';
import { Schedule } from '#runtime';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { WORKER_ENVIRONMENT, type WorkerEnvironment } from '../environment.js';

/** Messages taken at a time. */
const BATCH_SIZE = 50;

/** For how long they are ours, in ms: well above what publishing that many takes, timeouts included. */
const LEASE_MS = 60_000;

/** Published messages are kept this long, in ms, for people who look into what happened. */
const RETENTION_MS = 7 * 24 * 3_600_000;
const PURGE_INTERVAL_MS = 3_600_000;

/** Carries committed messages from the outbox to their queues: at least once, in the order of writing as far as SQS goes. */
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
    schedule.every(OutboxRelay.name, environment.OUTBOX_INTERVAL_MS, () => this.relay());
    schedule.every('OutboxPurge', PURGE_INTERVAL_MS, () =>
      this.outbox.purgePublished(new Date(Date.now() - RETENTION_MS)),
    );
  }

  /** @returns whether more messages may be waiting */
  private async relay(): Promise<boolean> {
    const messages = await this.outbox.claim(BATCH_SIZE, LEASE_MS);
    const byQueue = Map.groupBy(messages, ({ queue }) => queue);
    let sentAll = true;
    for (const [queue, group] of byQueue) {
      sentAll = (await this.publish(queue as QueueName, group)) && sentAll;
    }
    return sentAll && messages.length === BATCH_SIZE;
  }

  private async publish(queue: QueueName, messages: OutboxMessage[]): Promise<boolean> {
    const { sent, failed } = await this.queues.publishBatch(
      queue,
      messages.map(({ id, payload }) => ({ id, message: payload }) as BatchEntry),
    );
    const lost = failed.filter(({ retryable }) => !retryable);
    const waiting = failed.filter(({ retryable }) => retryable);
    for (const { id, reason } of lost) {
      // It would be refused for ever, so a person must see it: an operator can redrive what breaks its contract.
      const message = messages.find((candidate) => candidate.id === id)!;
      await this.deadLetters.open(
        { queue, messageId: `outbox:${id}`, body: JSON.stringify(message.payload), attributes: {} },
        { code: 'MESSAGE.CONTRACT_BROKEN', detail: reason },
      );
    }
    await this.outbox.markPublished([...sent, ...lost.map(({ id }) => id)]);
    await this.outbox.release(waiting.map(({ id }) => id));
    if (waiting.length > 0) {
      this.logger.warn(`${waiting.length} messages for ${queue} wait: ${waiting[0]!.reason}`);
    }
    return waiting.length === 0;
  }
}
