import { contractFaults, type MessageOf, type QueueName, queueUrl } from '#queues';
import {
  GetQueueAttributesCommand,
  type MessageAttributeValue,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { Inject, Injectable } from '@nestjs/common';
import { describe, MessageContractError, QueueUnavailableError } from './errors.js';

/** Injection token of the prefix of every queue's URL. */
export const QUEUE_URL_PREFIX = Symbol('QUEUE_URL_PREFIX');

export interface BatchEntry<Q extends QueueName = QueueName> {
  /** Identifies the entry in the outcome. The caller chooses it. */
  id: string;
  message: MessageOf<Q>;
  /** The W3C trace context that the message belongs to. */
  traceparent?: string;
}

export interface BatchOutcome {
  /** Ids of the entries that the queue has. */
  sent: string[];
  /** `retryable` is false for an entry that breaks the contract: it would always be refused. */
  failed: { id: string; reason: string; retryable: boolean }[];
}

interface OutgoingEntry {
  id: string;
  content: { MessageBody: string; MessageAttributes?: Record<string, MessageAttributeValue> };
}

/** Limits of one SendMessageBatch call. Newer regions take more bytes; emulators and older queues do not. */
const BATCH_ENTRIES = 10;
const BATCH_BYTES = 256 * 1024;

/** Sends messages to the queues. SQS has stored each sent message, at least once. */
@Injectable()
export class QueuePublisher {
  constructor(
    private readonly sqs: SQSClient,
    @Inject(QUEUE_URL_PREFIX) private readonly urlPrefix: string,
  ) {}

  /**
   * Sends one message.
   *
   * @returns the message id, which stays the same through retries and in the dead-letter queue
   * @throws MessageContractError before anything is sent, when the message breaks the queue's contract
   * @throws QueueUnavailableError when the queue refuses, or does not answer in time
   */
  async publish<Q extends QueueName>(
    queue: Q,
    message: MessageOf<Q>,
    { traceparent }: { traceparent?: string } = {},
  ): Promise<string> {
    const faults = contractFaults(queue, message);
    if (faults.length > 0) throw new MessageContractError(queue, faults);
    try {
      const { MessageId } = await this.sqs.send(
        new SendMessageCommand({ QueueUrl: this.urlOf(queue), ...contentOf(message, traceparent) }),
      );
      return MessageId!;
    } catch (error) {
      throw new QueueUnavailableError(queue, error);
    }
  }

  /**
   * Sends any number of messages, in as few calls as SQS allows. Never throws for a message or a call that fails:
   * the entry is among `failed`, and may be sent again. A call that got no answer may have been carried out.
   */
  async publishBatch<Q extends QueueName>(
    queue: Q,
    entries: readonly BatchEntry<Q>[],
  ): Promise<BatchOutcome> {
    const outcome: BatchOutcome = { sent: [], failed: [] };
    const outgoing: OutgoingEntry[] = [];
    for (const { id, message, traceparent } of entries) {
      const faults = contractFaults(queue, message);
      // An exception would stop the valid messages of the same batch too, each time again.
      if (faults.length > 0) {
        const reason = new MessageContractError(queue, faults).message;
        outcome.failed.push({ id, reason, retryable: false });
      } else {
        outgoing.push({ id, content: contentOf(message, traceparent) });
      }
    }
    for (const call of splitIntoCalls(outgoing)) await this.sendCall(queue, call, outcome);
    return outcome;
  }

  /**
   * Resolves when the queue service answers for one of our queues.
   *
   * @throws QueueUnavailableError
   */
  async ping(): Promise<void> {
    const queue: QueueName = 'probe';
    try {
      await this.sqs.send(
        new GetQueueAttributesCommand({ QueueUrl: this.urlOf(queue), AttributeNames: ['QueueArn'] }),
      );
    } catch (error) {
      throw new QueueUnavailableError(queue, error);
    }
  }

  private async sendCall(queue: QueueName, call: OutgoingEntry[], outcome: BatchOutcome): Promise<void> {
    try {
      const { Successful = [], Failed = [] } = await this.sqs.send(
        new SendMessageBatchCommand({
          QueueUrl: this.urlOf(queue),
          // Positions, because SQS restricts the ids of entries.
          Entries: call.map(({ content }, position) => ({ Id: String(position), ...content })),
        }),
      );
      for (const { Id } of Successful) outcome.sent.push(call[Number(Id)]!.id);
      for (const { Id, Code, Message } of Failed) {
        outcome.failed.push({
          id: call[Number(Id)]!.id,
          reason: `${Code}: ${Message ?? ''}`,
          retryable: true,
        });
      }
    } catch (error) {
      for (const { id } of call) outcome.failed.push({ id, reason: describe(error), retryable: true });
    }
  }

  private urlOf(queue: QueueName): string {
    return queueUrl(this.urlPrefix, queue);
  }
}

function contentOf(message: unknown, traceparent: string | undefined): OutgoingEntry['content'] {
  // Escapes the characters that JSON allows and a queue refuses together with the whole batch: two for SQS, all above U+FFFF
  // for the embedded queue.
  const body = JSON.stringify(message).replace(
    /[\uD800-\uDFFF\uFFFE\uFFFF]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16)}`,
  );
  if (!traceparent) return { MessageBody: body };
  return {
    MessageBody: body,
    MessageAttributes: { traceparent: { DataType: 'String', StringValue: traceparent } },
  };
}

function* splitIntoCalls(entries: readonly OutgoingEntry[]): Generator<OutgoingEntry[]> {
  let call: OutgoingEntry[] = [];
  let callBytes = 0;
  for (const entry of entries) {
    const bytes = bytesOf(entry);
    if (call.length === BATCH_ENTRIES || (call.length > 0 && callBytes + bytes > BATCH_BYTES)) {
      yield call;
      call = [];
      callBytes = 0;
    }
    call.push(entry);
    callBytes += bytes;
  }
  if (call.length > 0) yield call;
}

/** The size by the rules of SQS: the body, and name, type and value of each attribute. */
function bytesOf({ content }: OutgoingEntry): number {
  let bytes = Buffer.byteLength(content.MessageBody);
  for (const [name, { DataType, StringValue = '' }] of Object.entries(content.MessageAttributes ?? {})) {
    bytes += Buffer.byteLength(`${name}${DataType}${StringValue}`);
  }
  return bytes;
}
