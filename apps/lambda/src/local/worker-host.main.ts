/** The worker's functions with what calls them in AWS, event sources and a schedule, in place of the worker. */
import { deadLetterQueueOf, queueUrl } from '#queues';
import { readEnvironment } from '#runtime';
import { SQSClient } from '@aws-sdk/client-sqs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { consumerOptions } from '../../../worker/src/consumer-options.js';
import { WorkerEnvironment } from '../../../worker/src/environment.js';
import { EventSource } from './event-source.js';
import { FunctionEnvironments } from './function-environments.js';
import { HANDLERS, host } from './host.js';

/** Below the visibility timeout. */
const WORKER_TIMEOUT_MS = 30_000;
const SCHEDULED_TIMEOUT_MS = 60_000;
const CONCURRENCY = 10;

/** The pause between two runs of the schedule, in ms: a minute in AWS, where nobody watches goods come back. */
const SCHEDULE_PAUSE_MS = 500;

const environment = readEnvironment(WorkerEnvironment);
const functionNamed = (handler: string, timeoutMs: number, concurrency: number) =>
  new FunctionEnvironments({ file: join(HANDLERS, `${handler}.js`), handler, timeoutMs, concurrency });
const worker = functionNamed('worker', WORKER_TIMEOUT_MS, CONCURRENCY);
const scheduled = functionNamed('scheduled', SCHEDULED_TIMEOUT_MS, 1);

const { queues, deadLetterQueues, queueUrlPrefix, waitSeconds } = consumerOptions(environment);
const sqs = new SQSClient({ region: environment.AWS_REGION });
const sourceOf = (name: Parameters<typeof queueUrl>[1], batchSize: number, concurrency: number) =>
  new EventSource(
    sqs,
    { queueUrl: queueUrl(queueUrlPrefix, name), batchSize, concurrency, waitSeconds },
    (event) => worker.invoke(event),
  );
const sources = [
  ...queues.map(({ queue, concurrency, lanes = 1 }) => sourceOf(queue, concurrency, lanes)),
  ...deadLetterQueues.map(({ queue, concurrency }) => sourceOf(deadLetterQueueOf(queue), concurrency, 1)),
];

const stopping = new AbortController();
const scheduling = runSchedule(stopping.signal);

async function runSchedule(signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await scheduled.invoke({}).catch((error: unknown) => console.error(error));
    await sleep(SCHEDULE_PAUSE_MS, undefined, { signal }).catch(() => undefined);
  }
}

const server = createServer((_, response) => response.end('{"status":"ok"}'));
const address = { host: environment.HOST, port: environment.WORKER_PORT, portVariable: 'WORKER_PORT' };
await host(server, address, async () => {
  stopping.abort();
  await Promise.all([...sources.map((source) => source.stop()), scheduling]);
  await Promise.all([worker.stop(), scheduled.stop()]);
});
