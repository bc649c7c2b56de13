import { type ConsumerOptions, QUEUE_NAMES, type QueueConsumerOptions } from '#messaging';
import { HANDLER_OVERHEAD_MS, type WorkerEnvironment } from './environment.js';

/** What a handler may take that talks to nobody but the database, in ms. Mail's own timeouts fit in as well. */
const HANDLER_TIMEOUT_MS = 14_000;

/** What a shutdown may take beyond the last poll and the slowest handler, in ms. */
const DRAIN_MARGIN_MS = 3_000;

/** How the queues are consumed. The `restock` queue's concurrency is what keeps the factory from drowning. */
export function consumerOptions(environment: WorkerEnvironment): ConsumerOptions {
  const queues: QueueConsumerOptions[] = [
    {
      queue: 'restock',
      concurrency: environment.FACTORY_CONCURRENCY,
      handlerTimeoutMs: environment.FACTORY_TIMEOUT_MS + HANDLER_OVERHEAD_MS,
    },
    { queue: 'goods-receipts', concurrency: 5, handlerTimeoutMs: HANDLER_TIMEOUT_MS },
    { queue: 'notifications', concurrency: 5, handlerTimeoutMs: HANDLER_TIMEOUT_MS },
    {
      queue: 'probe',
      concurrency: 10,
      handlerTimeoutMs: environment.PROBE_TIME_LIMIT_MS + HANDLER_OVERHEAD_MS,
    },
  ];
  const deadLetterQueues = QUEUE_NAMES.map((queue) => ({
    queue,
    concurrency: 5,
    handlerTimeoutMs: HANDLER_TIMEOUT_MS,
  }));
  const slowest = Math.max(...queues.map(({ handlerTimeoutMs }) => handlerTimeoutMs));
  return {
    region: environment.AWS_REGION,
    queueUrlPrefix: environment.QUEUE_URL_PREFIX,
    queues,
    deadLetterQueues,
    visibilityTimeoutSeconds: environment.QUEUE_VISIBILITY_TIMEOUT_SECONDS,
    waitSeconds: environment.QUEUE_WAIT_SECONDS,
    retry: {
      firstDelaySeconds: environment.RETRY_FIRST_DELAY_SECONDS,
      maxDelaySeconds: environment.RETRY_MAX_DELAY_SECONDS,
    },
    drainTimeoutMs: environment.QUEUE_WAIT_SECONDS * 1000 + slowest + DRAIN_MARGIN_MS,
  };
}
