import { type Static } from 'typebox';
import { GoodsReceiptMessage } from './messages/goods-receipt-message.js';
import { NotificationMessage } from './messages/notification-message.js';
import { ProbeMessage } from './messages/probe-message.js';
import { RestockMessage } from './messages/restock-message.js';
import { WebhookMessage } from './messages/webhook-message.js';

/** A setting of the worker's environment, where a limit depends on the deployment. */
export type LimitSetting = 'FACTORY_TIMEOUT_MS' | 'PROBE_TIME_LIMIT_MS';

interface Queue {
  /** The contract of a message: checked before it is sent, and before it is handled. */
  message: object;
  /** Whether the handler can do nothing without the database: the worker pauses the queue during an outage. */
  needsDatabase: boolean;
  /** Messages that one consumer receives and handles at a time, 1 to 10. Its next poll waits for the slowest of them. */
  concurrency: number;
  /** The most consumers of the queue in one worker, where a slow message must not hold up others. */
  lanes: number;
  /** How long the handler may take, in ms. */
  timeLimitMs: number | LimitSetting;
}

/** For a handler that only waits for the database, in ms. The time limits of mail fit in as well. */
const DATABASE_TIME_LIMIT_MS = 14_000;

/**
 * The queues of the system, a row each. Consumers, dead-letter handlers, the pause during a database outage and the types
 * of the outbox and the publisher follow from it. Each queue has a dead-letter queue: {@link deadLetterQueueOf}.
 */
export const QUEUES = {
  // A factory that hangs takes its own few lanes. Those of other factories go on.
  restock: {
    message: RestockMessage,
    needsDatabase: true,
    concurrency: 1,
    lanes: 10,
    timeLimitMs: 'FACTORY_TIMEOUT_MS',
  },
  'goods-receipts': {
    message: GoodsReceiptMessage,
    needsDatabase: true,
    concurrency: 5,
    lanes: 1,
    timeLimitMs: DATABASE_TIME_LIMIT_MS,
  },
  notifications: {
    message: NotificationMessage,
    needsDatabase: true,
    concurrency: 5,
    lanes: 1,
    timeLimitMs: DATABASE_TIME_LIMIT_MS,
  },
  // Endpoints that hang take some of the lanes, and not those in which events are recorded.
  webhooks: {
    message: WebhookMessage,
    needsDatabase: true,
    concurrency: 1,
    lanes: 5,
    timeLimitMs: DATABASE_TIME_LIMIT_MS,
  },
  probe: {
    message: ProbeMessage,
    needsDatabase: false,
    concurrency: 10,
    lanes: 1,
    timeLimitMs: 'PROBE_TIME_LIMIT_MS',
  },
} as const satisfies Record<string, Queue>;

/** The dead-letter queues, which all have the same handler. */
export const DEAD_LETTER_QUEUES = { concurrency: 5, timeLimitMs: DATABASE_TIME_LIMIT_MS } as const;

export type QueueName = keyof typeof QUEUES;

export const QUEUE_NAMES = Object.keys(QUEUES) as readonly QueueName[];

/** A message of the queue `Q`. */
export type MessageOf<Q extends QueueName> = { [K in QueueName]: Static<(typeof QUEUES)[K]['message']> }[Q];

/** The queue to which SQS moves a message of `queue` that was received `maxReceiveCount` times without success. */
export function deadLetterQueueOf<Q extends QueueName>(queue: Q): `${Q}-dlq` {
  return `${queue}-dlq`;
}

/**
 * The URL of a queue or dead-letter queue. The AWS SDK sends its requests to the host of this URL.
 *
 * @param prefix such as `http://127.0.0.1:4566/000000000000/`, with the common beginning of all queue names if there is one
 */
export function queueUrl(prefix: string, name: QueueName | `${QueueName}-dlq`): string {
  return `${prefix}${name}`;
}
