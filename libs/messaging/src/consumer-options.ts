import { deadLetterQueueOf, type QueueName } from '#queues';
import { ConsumerSetupError } from './errors.js';

/** Injection token of {@link ConsumerOptions}. */
export const CONSUMER_OPTIONS = Symbol('CONSUMER_OPTIONS');

export interface QueueConsumerOptions {
  queue: QueueName;
  /**
   * Messages received and handled at a time, 1 to 10. The next poll waits for the slowest of them.
   */
  concurrency: number;
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
  /** The physical queue's name. */
  name: `${QueueName}` | `${QueueName}-dlq`;
}

export function consumerNameOf({ queue, deadLetter }: Subscription): ConsumerSpec['name'] {
  return deadLetter ? deadLetterQueueOf(queue) : queue;
}

export function consumersOf(options: ConsumerOptions): ConsumerSpec[] {
  const spec = (consumer: QueueConsumerOptions, deadLetter: boolean): ConsumerSpec => ({
    ...consumer,
    deadLetter,
    name: consumerNameOf({ queue: consumer.queue, deadLetter }),
  });
  return [
    ...options.queues.map((consumer) => spec(consumer, false)),
    ...options.deadLetterQueues.map((consumer) => spec(consumer, true)),
  ];
}

/** @throws ConsumerSetupError naming every setting that would lose time, messages or attempts */
export function assertUsable(options: ConsumerOptions): void {
  const { visibilityTimeoutSeconds, waitSeconds, retry, drainTimeoutMs } = options;
  const faults: string[] = [];
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
