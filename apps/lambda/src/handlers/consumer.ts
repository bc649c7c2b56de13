import { probeAnswer } from '#queues';
import { type SQSBatchResponse, type SQSEvent, type SQSRecord } from 'aws-lambda';
import { setTimeout as sleep } from 'node:timers/promises';
import { probeRequest } from '../course/probe-request.js';
import { failedItems } from '../sqs-batch.js';

/**
 * Step 3 of the course: takes messages off the queue, adds one, and prints it. A message with a `delayMs` above the time
 * limit of the function is never done, and is in the dead-letter queue after three receives.
 */
export async function consumer({ Records: records }: SQSEvent): Promise<SQSBatchResponse> {
  const outcomes = await Promise.allSettled(records.map(consume));
  const failed = records.filter((_, index) => outcomes[index]!.status === 'rejected');
  for (const outcome of outcomes) if (outcome.status === 'rejected') console.error(outcome.reason);
  return failedItems(failed.map(({ messageId }) => messageId));
}

async function consume({ body, messageAttributes }: SQSRecord): Promise<void> {
  console.log('Message Attribute: ', messageAttributes.AttributeName?.stringValue);
  console.log('Message Body: ', body);
  const { input, delayMs = 0 } = probeRequest({ body });
  await sleep(delayMs);
  console.log(probeAnswer({ input }));
}
