import { contractFaults, type MessageOf, type QueueName } from '#queues';
import { type Message } from '@aws-sdk/client-sqs';
import { MessageContractError } from './errors.js';

/** One receipt of a message. SQS delivers at least once: the same `messageId` may come again, even after success. */
export interface Delivery<Content = unknown> {
  messageId: string;
  queue: QueueName;
  /** 1 for the first receipt. */
  receiveCount: number;
  sentAt: Date;
  /** Parsed, and valid by the contract of the queue. */
  message: Content;
  body: string;
  attributes: Record<string, string>;
  /** The W3C trace context of the sender. */
  traceparent?: string;
}

/** One receipt of a message that used up its attempts. Its body may be anything. */
export interface DeadLetterDelivery {
  /** The id that the message had in its source queue. */
  messageId: string;
  /** The source queue. */
  queue: QueueName;
  body: string;
  attributes: Record<string, string>;
  receiveCount: number;
  /** The first receipt, from the source queue where the queue service tells it. */
  firstReceivedAt: Date;
  sentAt: Date;
}

/** @throws MessageContractError when the body breaks the contract of `queue` */
export function toDelivery<Q extends QueueName>(queue: Q, message: Message): Delivery<MessageOf<Q>> {
  const content = parse(queue, message.Body ?? '');
  const faults = contractFaults(queue, content);
  if (faults.length > 0) throw new MessageContractError(queue, faults);
  const attributes = attributesOf(message);
  return {
    messageId: message.MessageId!,
    queue,
    receiveCount: receiveCountOf(message),
    sentAt: timestamp(message.Attributes?.SentTimestamp),
    message: content as MessageOf<Q>,
    body: message.Body ?? '',
    attributes,
    traceparent: attributes.traceparent,
  };
}

export function toDeadLetterDelivery(queue: QueueName, message: Message): DeadLetterDelivery {
  return {
    messageId: message.MessageId!,
    queue,
    body: message.Body ?? '',
    attributes: attributesOf(message),
    receiveCount: receiveCountOf(message),
    firstReceivedAt: timestamp(message.Attributes?.ApproximateFirstReceiveTimestamp),
    sentAt: timestamp(message.Attributes?.SentTimestamp),
  };
}

/** How often SQS has delivered the message, including this time. */
export function receiveCountOf(message: Message): number {
  return Number(message.Attributes?.ApproximateReceiveCount ?? 1);
}

function parse(queue: QueueName, body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    // The parser's own message quotes the body, which has no place in logs.
    throw new MessageContractError(queue, ['the body is not JSON']);
  }
}

function attributesOf(message: Message): Record<string, string> {
  return Object.fromEntries(
    Object.entries(message.MessageAttributes ?? {}).map(([name, { StringValue, BinaryValue }]) => [
      name,
      StringValue ?? Buffer.from(BinaryValue ?? []).toString('base64'),
    ]),
  );
}

function timestamp(milliseconds: string | undefined): Date {
  return milliseconds ? new Date(Number(milliseconds)) : new Date();
}
