import { type ConsumerOptions, type QueueConsumerOptions } from '#messaging';
import { DEAD_LETTER_QUEUES, type LimitSetting, QUEUE_NAMES, QUEUES } from '#queues';
import { HANDLER_OVERHEAD_MS, type WorkerEnvironment } from './environment.js';

/** What a shutdown may take beyond the last poll and the slowest handler, in ms. */
const DRAIN_MARGIN_MS = 3_000;

/** Where orders wait for their factories: more than one factory takes at a time, so that others have theirs. */
const GUARDED_LANES = 6;

/** Without a wait the lanes alone keep the calls to the factory within its limit. */
function restockLanes({ FACTORY_WAIT_LIMIT_SECONDS, FACTORY_CONCURRENCY }: WorkerEnvironment): number {
  return FACTORY_WAIT_LIMIT_SECONDS === 0 ? FACTORY_CONCURRENCY : GUARDED_LANES;
}

/** The consumers of all queues and dead-letter queues, from the rows of {@link QUEUES}. */
export function consumerOptions(environment: WorkerEnvironment): ConsumerOptions {
  // A time limit from the environment is that of a call. Its handler needs longer.
  const handlerTimeoutMs = (limit: number | LimitSetting): number =>
    typeof limit === 'number' ? limit : environment[limit] + HANDLER_OVERHEAD_MS;

  const queues = QUEUE_NAMES.map((queue): QueueConsumerOptions => ({
    queue,
    concurrency: QUEUES[queue].concurrency,
    lanes: queue === 'restock' ? restockLanes(environment) : QUEUES[queue].lanes,
    handlerTimeoutMs: handlerTimeoutMs(QUEUES[queue].timeLimitMs),
  }));
  const deadLetterQueues = QUEUE_NAMES.map((queue): QueueConsumerOptions => ({
    queue,
    concurrency: DEAD_LETTER_QUEUES.concurrency,
    handlerTimeoutMs: DEAD_LETTER_QUEUES.timeLimitMs,
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
