import { queueUrl } from '#queues';
import { withTimeout, TimeoutError } from '#runtime';
import { ChangeMessageVisibilityCommand, type Message, SQSClient } from '@aws-sdk/client-sqs';
import { Inject, Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import {
  CONSUMER_OPTIONS,
  type ConsumerOptions,
  type ConsumerSpec,
  consumersOf,
} from './consumer-options.js';
import { DeliveryFailures } from './delivery-failures.js';
import { describe, HandlerTimeoutError } from './errors.js';
import { HandlerRegistry } from './handler-registry.js';
import { RetryDelay } from './retry-delay.js';

/** How long a handler that is past its time limit may go on, in ms: its own calls have limits. */
const LATE_MS = 10_000;

/**
 * The consumers where a platform polls the queues and calls this process with the messages, as AWS Lambda does. The same
 * handlers, time limits, retry delays and records of failures as those that poll.
 */
@Injectable()
export class InvokedConsumers implements OnModuleInit {
  private readonly logger = new Logger('Consumers');

  constructor(
    private readonly registry: HandlerRegistry,
    private readonly retryDelay: RetryDelay,
    private readonly failures: DeliveryFailures,
    private readonly sqs: SQSClient,
    @Inject(CONSUMER_OPTIONS) private readonly options: ConsumerOptions,
  ) {}

  onModuleInit(): void {
    this.registry.assertComplete();
  }

  /**
   * Handles the messages of one queue, all at a time. A failed one is hidden until its next attempt makes sense.
   *
   * @param queueName a queue or dead-letter queue, with the prefix that its URL has
   * @returns the ids of those that failed; the others are to be deleted
   */
  async handle(queueName: string, messages: readonly Message[]): Promise<string[]> {
    const consumer = this.consumerOf(queueName);
    const handlings: Promise<unknown>[] = [];
    const failed = await Promise.all(
      messages.map(async (message) => {
        const handling = this.registry.handlerOf(consumer)(message);
        handlings.push(handling);
        return (await this.attempt(consumer, message, handling)) ? [] : [message.MessageId!];
      }),
    );
    // The process may be frozen once this has returned: with a lock that a late handler holds, or a mail that it is to send.
    await withTimeout(Promise.allSettled(handlings), LATE_MS).catch(() => undefined);
    await this.failures.settled();
    return failed.flat();
  }

  private async attempt(
    consumer: ConsumerSpec,
    message: Message,
    handling: Promise<unknown>,
  ): Promise<boolean> {
    try {
      await limited(handling, consumer.handlerTimeoutMs);
      this.failures.forget(consumer, message);
      return true;
    } catch (error) {
      this.retryDelay.heed(error, message);
      this.failures.report(consumer, message, error as Error);
      await this.hide(consumer, message);
      return false;
    }
  }

  /** Without it the message comes back after the visibility timeout of its queue. */
  private async hide({ queueName }: ConsumerSpec, message: Message): Promise<void> {
    try {
      await this.sqs.send(
        new ChangeMessageVisibilityCommand({
          QueueUrl: queueUrl(this.options.queueUrlPrefix, queueName),
          ReceiptHandle: message.ReceiptHandle,
          VisibilityTimeout: this.retryDelay.secondsFor(message),
        }),
      );
    } catch (error) {
      this.logger.error({ message: 'Queue request failed', queue: queueName, error: describe(error) });
    }
  }

  private consumerOf(queueName: string): ConsumerSpec {
    const prefix = this.options.queueUrlPrefix.split('/').at(-1);
    const consumer = consumersOf(this.options).find(({ name }) => `${prefix}${name}` === queueName);
    if (!consumer) throw new RangeError(`Queue "${queueName}" has no consumer here.`);
    return consumer;
  }
}

async function limited(handling: Promise<unknown>, timeoutMs: number): Promise<void> {
  try {
    await withTimeout(handling, timeoutMs);
  } catch (error) {
    throw error instanceof TimeoutError ? new HandlerTimeoutError(timeoutMs) : error;
  }
}
