import 'reflect-metadata';
import { type SQSBatchResponse, type SQSEvent } from 'aws-lambda';
import { PAUSED_QUEUES } from '../../../worker/src/outage/database-outage-task.js';
import { failedItems, queueOf, toMessage } from '../sqs-batch.js';
import { Secrets } from '../secrets.js';
import { Started } from '../started.js';
import { EventSourceMappings } from '../worker/event-source-mappings.js';
import { type InvokedWorker, startWorker } from '../worker/invoked-worker.js';

/** How long messages wait for an environment that starts, in ms. */
const START_LIMIT_MS = 10_000;

const secrets = Secrets.fromEnvironment();
const application = new Started(() => startWorker(secrets));
await application.initialised();

/** The worker's handlers, for each queue and dead-letter queue: one batch of one queue an invocation. */
export async function worker({ Records: records }: SQSEvent): Promise<SQSBatchResponse> {
  await secrets.refresh();
  const { consumers, relayOutbox } = await running();
  const failed = await consumers.handle(queueOf(records[0]!), records.map(toMessage));
  await relayOutbox();
  return failedItems(failed);
}

/** A new environment cannot start while the database is away. The messages must not use up their receives meanwhile. */
async function running(): Promise<InvokedWorker> {
  try {
    return await application.get(START_LIMIT_MS);
  } catch (error) {
    await new EventSourceMappings().pause(PAUSED_QUEUES);
    throw error;
  }
}
