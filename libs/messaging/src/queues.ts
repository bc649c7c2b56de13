/** The queues of the system. Each has a dead-letter queue, named by {@link deadLetterQueueOf}. */
export const QUEUE_NAMES = ['restock', 'goods-receipts', 'notifications', 'probe'] as const;

export type QueueName = (typeof QUEUE_NAMES)[number];

/** Where SQS moves a message of `queue` that was received `maxReceiveCount` times without success. */
export function deadLetterQueueOf<Q extends QueueName>(queue: Q): `${Q}-dlq` {
  return `${queue}-dlq`;
}

/**
 * The URL of a queue or dead-letter queue. The AWS SDK sends its requests to the host of this URL.
 *
 * @param prefix as in `http://127.0.0.1:4566/000000000000/`, or with what begins the names of all queues after it
 */
export function queueUrl(prefix: string, name: QueueName | `${QueueName}-dlq`): string {
  return `${prefix}${name}`;
}
