import {
  DeleteMessageBatchCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { type SQSBatchResponse, type SQSEvent, type SQSRecord } from 'aws-lambda';
import { setTimeout as sleep } from 'node:timers/promises';

export interface EventSourceOptions {
  queueUrl: string;
  /** The most messages of one event, 1 to 10. */
  batchSize: number;
  /** Events that are handled at a time. */
  concurrency: number;
  /** How long one poll waits for a message, in s. */
  waitSeconds: number;
}

type Invoke = (event: SQSEvent) => Promise<unknown>;

const PAUSE_AFTER_FAULT_MS = 1_000;

/**
 * What polls a queue for a function, as an event source mapping with `ReportBatchItemFailures` does: messages that the
 * function reports come back after the visibility timeout, the others are deleted. All of a failed invocation come back.
 */
export class EventSource {
  private readonly stopping = new AbortController();
  private readonly polls: Promise<void>[];

  constructor(
    private readonly sqs: SQSClient,
    private readonly options: EventSourceOptions,
    private readonly invoke: Invoke,
  ) {
    this.polls = Array.from({ length: options.concurrency }, () => this.poll());
  }

  /** Waits for the events under way. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await Promise.all(this.polls);
  }

  private async poll(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      try {
        const messages = await this.receive();
        if (messages.length > 0) await this.handle(messages);
      } catch (error) {
        if (signal.aborted) return;
        console.error(`${this.options.queueUrl}: ${(error as Error).message}`);
        await sleep(PAUSE_AFTER_FAULT_MS, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  private async receive(): Promise<Message[]> {
    const { queueUrl, batchSize, waitSeconds } = this.options;
    const { Messages = [] } = await this.sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: queueUrl,
        MaxNumberOfMessages: batchSize,
        WaitTimeSeconds: waitSeconds,
        MessageAttributeNames: ['All'],
        MessageSystemAttributeNames: ['All'],
      }),
      { abortSignal: this.stopping.signal },
    );
    return Messages;
  }

  /** @throws Error when the function failed: nothing is deleted */
  private async handle(messages: readonly Message[]): Promise<void> {
    const answer = await this.invoke({ Records: messages.map((message) => this.toRecord(message)) });
    const { batchItemFailures } = (answer ?? { batchItemFailures: [] }) as SQSBatchResponse;
    const failed = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
    const done = messages.filter(({ MessageId }) => !failed.has(MessageId!));
    if (done.length === 0) return;
    await this.sqs.send(
      new DeleteMessageBatchCommand({
        QueueUrl: this.options.queueUrl,
        Entries: done.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle })),
      }),
    );
  }

  private toRecord(message: Message): SQSRecord {
    return {
      messageId: message.MessageId!,
      receiptHandle: message.ReceiptHandle!,
      body: message.Body!,
      attributes: message.Attributes as unknown as SQSRecord['attributes'],
      messageAttributes: Object.fromEntries(
        Object.entries(message.MessageAttributes ?? {}).map(
          ([name, { DataType, StringValue, BinaryValue }]) => [
            name,
            {
              dataType: DataType as 'String',
              stringValue: StringValue,
              binaryValue: BinaryValue && Buffer.from(BinaryValue).toString('base64'),
            },
          ],
        ),
      ),
      md5OfBody: message.MD5OfBody!,
      eventSource: 'aws:sqs',
      eventSourceARN: `arn:aws:sqs:local:000000000000:${this.options.queueUrl.split('/').at(-1)}`,
      awsRegion: 'local',
    };
  }
}
