import { deadLetterQueueOf, type QueueName, QUEUES } from '#queues';
import { ConsumerSetupError } from './errors.js';

/** Injection token of {@link ConsumerOptions}. */
export const CONSUMER_OPTIONS = Symbol('CONSUMER_OPTIONS');

export interface QueueConsumerOptions {
  queue: QueueName;
  /**
   * Messages received and handled at a time by a consumer, 1 to 10. Its next poll waits for the slowest of them.
   */
  concurrency: number;
  /** Consumers of the queue in this process, 1 unless it says otherwise. At most as many as its row of `QUEUES` has. */
  lanes?: number;
  /**
   * How long a handler may take, in ms: less than the visibility timeout. After it the handler has failed. It is not
   * stopped, and may run while the message is delivered again: give its own calls shorter limits.
   */
  handlerTimeoutMs: number;
}

export interface ConsumerOptions {
  region: string;
  /** Directly followed by the queue's name. */
  queueUrlPrefix: string;
  queues: readonly QueueConsumerOptions[];
  /** By source queue. */
  deadLetterQueues: readonly QueueConsumerOptions[];
  /** How long SQS hides a received message from other consumers. */
  visibilityTimeoutSeconds: number;
  /** How long one poll waits for a message, 1 to 20. */
  waitSeconds: number;
  /** A failed message comes back after the first delay, then after twice as long each time, up to the maximum. */
  retry: { firstDelaySeconds: number; maxDelaySeconds: number };
  /** How long a shutdown waits for the messages in hand: longer than a poll and a handler together. */
  drainTimeoutMs: number;
}

/** One queue, or its dead-letter queue. */
export interface Subscription {
  queue: QueueName;
  deadLetter: boolean;
}

/** One consumer of nestjs-sqs. */
export interface ConsumerSpec extends Subscription, QueueConsumerOptions {
  /** The physical queue, with a number where it has several consumers. */
  name: string;
  queueName: `${QueueName}` | `${QueueName}-dlq`;
  /** 1 for the first consumer of the queue. */
  lane: number;
}

export function queueNameOf({ queue, deadLetter }: Subscription): ConsumerSpec['queueName'] {
  return deadLetter ? deadLetterQueueOf(queue) : queue;
}

export function consumerNameOf(subscription: Subscription, lane = 1): string {
  const name = queueNameOf(subscription);
  return lane === 1 ? name : `${name}:${lane}`;
}

export function consumersOf(options: ConsumerOptions): ConsumerSpec[] {
  const specs = (consumer: QueueConsumerOptions, deadLetter: boolean): ConsumerSpec[] => {
    const subscription = { queue: consumer.queue, deadLetter };
    return Array.from({ length: consumer.lanes ?? 1 }, (_, index) => ({
      ...consumer,
      deadLetter,
      queueName: queueNameOf(subscription),
      name: consumerNameOf(subscription, index + 1),
      lane: index + 1,
    }));
  };
  return [
    ...options.queues.flatMap((consumer) => specs(consumer, false)),
    ...options.deadLetterQueues.flatMap((consumer) => specs(consumer, true)),
  ];
}

/** @throws ConsumerSetupError naming every setting that would lose time, messages or attempts */
export function assertUsable(options: ConsumerOptions): void {
  const { visibilityTimeoutSeconds, waitSeconds, retry, drainTimeoutMs } = options;
  const faults: string[] = [];
  for (const { queue, lanes = 1 } of options.queues) {
    const most = QUEUES[queue].lanes;
    if (!Number.isInteger(lanes) || lanes < 1 || lanes > most) {
      faults.push(`${queue}: ${lanes} lanes is not one of 1 to ${most}.`);
    }
  }
  for (const { name, concurrency, handlerTimeoutMs } of consumersOf(options)) {
    if (!Number.isInteger(concurrency) || concurrency < 1 || concurrency > 10) {
      faults.push(`${name}: a concurrency of ${concurrency} is not one of 1 to 10.`);
    }
    // After it another consumer gets the message while this one still works on it.
    if (handlerTimeoutMs <= 0 || handlerTimeoutMs >= visibilityTimeoutSeconds * 1000) {
      faults.push(
        `${name}: the handler timeout of ${handlerTimeoutMs} ms must be above 0 and below the visibility timeout of ${visibilityTimeoutSeconds} s.`,
      );
    }
    if (drainTimeoutMs < waitSeconds * 1000 + handlerTimeoutMs) {
      faults.push(
        `${name}: the drain timeout of ${drainTimeoutMs} ms must cover a poll of ${waitSeconds} s and a handler of ${handlerTimeoutMs} ms.`,
      );
    }
  }
  if (!Number.isInteger(waitSeconds) || waitSeconds < 1 || waitSeconds > 20) {
    faults.push(`A poll's wait of ${waitSeconds} s is not one of 1 to 20.`);
  }
  if (!(retry.firstDelaySeconds >= 1 && retry.firstDelaySeconds <= retry.maxDelaySeconds)) {
    faults.push(
      `The first retry delay of ${retry.firstDelaySeconds} s must be from 1 s to the longest of ${retry.maxDelaySeconds} s.`,
    );
  }
  if (faults.length > 0) throw new ConsumerSetupError(faults);
}
