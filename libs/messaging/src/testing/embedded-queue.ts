import { deadLetterQueueOf, QUEUE_NAMES, type QueueName, queueUrl } from '#queues';
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { buildApp } from 'fauxqs';
import { type AddressInfo } from 'node:net';

type PhysicalQueue = QueueName | `${QueueName}-dlq`;

const REGION = 'ap-northeast-2';
const ACCOUNT = '000000000000';

/** A queue server in this process, with every queue of the system and its dead-letter queue. */
export interface EmbeddedQueue {
  port: number;
  region: string;
  urlPrefix: string;
  /** What the AWS SDK of the code under test needs to reach it. */
  environment: Record<string, string>;
  /** Sends any text, as a faulty sender would. */
  send(queue: QueueName, body: string): Promise<string>;
  /** Messages that are ready, in flight or delayed. */
  count(queue: PhysicalQueue): Promise<number>;
  stop(): Promise<void>;
}

/** @param port 0 for any that is free */
export async function startEmbeddedQueue({ maxReceiveCount = 3, port = 0 } = {}): Promise<EmbeddedQueue> {
  const server = buildApp({ logger: false, defaultRegion: REGION });
  // Not startFauxqs: it listens on every interface of the machine.
  await server.listen({ port, host: '127.0.0.1' });
  const endpoint = `http://127.0.0.1:${(server.server.address() as AddressInfo).port}`;
  const urlPrefix = `${endpoint}/${ACCOUNT}/`;
  const sqs = new SQSClient({
    region: REGION,
    endpoint,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  for (const queue of QUEUE_NAMES) await createQueueWithDeadLetters(sqs, urlPrefix, queue, maxReceiveCount);

  return {
    port: Number(new URL(endpoint).port),
    region: REGION,
    urlPrefix,
    environment: {
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_ENDPOINT_URL_SQS: endpoint,
    },
    async send(queue, body) {
      const { MessageId } = await sqs.send(
        new SendMessageCommand({ QueueUrl: queueUrl(urlPrefix, queue), MessageBody: body }),
      );
      return MessageId!;
    },
    async count(queue) {
      const { Attributes = {} } = await sqs.send(
        new GetQueueAttributesCommand({ QueueUrl: queueUrl(urlPrefix, queue), AttributeNames: ['All'] }),
      );
      return (
        Number(Attributes.ApproximateNumberOfMessages) +
        Number(Attributes.ApproximateNumberOfMessagesNotVisible) +
        Number(Attributes.ApproximateNumberOfMessagesDelayed)
      );
    },
    async stop() {
      sqs.destroy();
      await server.close();
    },
  };
}

async function createQueueWithDeadLetters(
  sqs: SQSClient,
  urlPrefix: string,
  queue: QueueName,
  maxReceiveCount: number,
): Promise<void> {
  const deadLetterQueue = deadLetterQueueOf(queue);
  await sqs.send(new CreateQueueCommand({ QueueName: deadLetterQueue }));
  await sqs.send(new CreateQueueCommand({ QueueName: queue }));
  await sqs.send(
    new SetQueueAttributesCommand({
      QueueUrl: queueUrl(urlPrefix, queue),
      Attributes: {
        RedrivePolicy: JSON.stringify({
          deadLetterTargetArn: `arn:aws:sqs:${REGION}:${ACCOUNT}:${deadLetterQueue}`,
          maxReceiveCount,
        }),
      },
    }),
  );
}
