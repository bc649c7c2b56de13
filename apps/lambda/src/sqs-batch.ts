import { type Message } from '@aws-sdk/client-sqs';
import { type SQSBatchResponse, type SQSRecord } from 'aws-lambda';

/** Of a function with `ReportBatchItemFailures`: these messages come back, and the others of the batch do not. */
export function failedItems(messageIds: readonly string[]): SQSBatchResponse {
  return { batchItemFailures: messageIds.map((itemIdentifier) => ({ itemIdentifier })) };
}

/** The message as SQS itself gives it to those who poll. */
export function toMessage(record: SQSRecord): Message {
  const { messageId, receiptHandle, body, attributes, messageAttributes } = record;
  return {
    MessageId: messageId,
    ReceiptHandle: receiptHandle,
    Body: body,
    Attributes: attributes,
    MessageAttributes: Object.fromEntries(
      Object.entries(messageAttributes).map(([name, { dataType, stringValue, binaryValue }]) => [
        name,
        {
          DataType: dataType,
          StringValue: stringValue,
          BinaryValue: binaryValue === undefined ? undefined : Buffer.from(binaryValue, 'base64'),
        },
      ]),
    ),
  };
}

/** The physical name of the queue that a record comes from: the end of `arn:aws:sqs:REGION:ACCOUNT:NAME`. */
export function queueOf({ eventSourceARN }: SQSRecord): string {
  return eventSourceARN.split(':').at(-1)!;
}
