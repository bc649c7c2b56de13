import { type QueueName } from '#queues';
import { type Message } from '@aws-sdk/client-sqs';
import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { queueNameOf, type Subscription } from './consumer-options.js';
import { receiveCountOf } from './delivery.js';
import { describe } from './errors.js';

/** Injection token of a {@link DeliveryFailureRecorder}. Any module may provide it; without one, nothing is recorded. */
export const DELIVERY_FAILURE_RECORDER = Symbol('DELIVERY_FAILURE_RECORDER');

const DETAIL_LENGTH = 500;

export interface DeliveryFailure {
  queue: QueueName;
  messageId: string;
  receiveCount: number;
  /** The error's code, or its name. `HANDLER.TIMEOUT` for a handler that took too long. */
  code: string;
  /** The error's message, at most 500 characters. */
  detail: string;
  failedAt: Date;
}

/** Stores why messages failed, so that a dead letter can name its cause. */
export interface DeliveryFailureRecorder {
  /** Called after each failed attempt at a message of a queue, not of a dead-letter queue. */
  recordFailure(failure: DeliveryFailure): Promise<void>;
  /** Called when a message succeeded after more than one receipt. */
  forget(messageId: string): Promise<void>;
}

/** Passes failures to the recorder. An error of the recorder is logged, and does not change the outcome of a message. */
@Injectable()
export class DeliveryFailures implements OnModuleInit {
  private readonly logger = new Logger('Consumers');
  private readonly underWay = new Map<string, Promise<void>>();
  private recorder?: DeliveryFailureRecorder;

  constructor(private readonly discovery: DiscoveryService) {}

  onModuleInit(): void {
    const provider = this.discovery.getProviders().find(({ token }) => token === DELIVERY_FAILURE_RECORDER);
    this.recorder = provider?.instance as DeliveryFailureRecorder | undefined;
  }

  /** Logs why an attempt at `message` failed, and has it recorded. The causes of dead letters are known already. */
  report({ queue, deadLetter }: Subscription, message: Message, error: Error): void {
    const { code } = error as { code?: unknown };
    const failure = {
      messageId: message.MessageId!,
      receiveCount: receiveCountOf(message),
      code: typeof code === 'string' ? code : error.name,
      detail: error.message.slice(0, DETAIL_LENGTH),
    };
    const failedAt = new Date();
    const name = queueNameOf({ queue, deadLetter });
    this.logger.warn({ message: 'Delivery failed', queue: name, ...failure });
    if (deadLetter) return;
    this.inOrder(failure.messageId, (recorder) => recorder.recordFailure({ queue, ...failure, failedAt }));
  }

  /** `message` succeeded: earlier failures no longer matter. */
  forget({ deadLetter }: Subscription, message: Message): void {
    if (deadLetter || receiveCountOf(message) === 1) return;
    const messageId = message.MessageId!;
    this.inOrder(messageId, (recorder) => recorder.forget(messageId));
  }

  /** Resolves when the recorder has nothing left to do. */
  async settled(): Promise<void> {
    await Promise.all(this.underWay.values());
  }

  /** One call after the other for a message: a slow record must not be stored after the call to forget it. */
  private inOrder(messageId: string, step: (recorder: DeliveryFailureRecorder) => Promise<void>): void {
    const { recorder } = this;
    if (!recorder) return;
    const done = (this.underWay.get(messageId) ?? Promise.resolve())
      .then(() => step(recorder))
      .catch((error: unknown) => {
        this.logger.error({ message: 'The failure recorder failed', messageId, error: describe(error) });
      })
      .finally(() => {
        if (this.underWay.get(messageId) === done) this.underWay.delete(messageId);
      });
    this.underWay.set(messageId, done);
  }
}
