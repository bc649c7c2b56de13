import { type QueueName } from '#queues';
import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { describe } from './errors.js';

/** Injection token of a {@link DeliveryFailureRecorder}. Any module may provide it; without one, nothing is recorded. */
export const DELIVERY_FAILURE_RECORDER = Symbol('DELIVERY_FAILURE_RECORDER');

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
  private readonly logger = new Logger(DeliveryFailures.name);
  private readonly underWay = new Map<string, Promise<void>>();
  private recorder?: DeliveryFailureRecorder;

  constructor(private readonly discovery: DiscoveryService) {}

  onModuleInit(): void {
    const provider = this.discovery.getProviders().find(({ token }) => token === DELIVERY_FAILURE_RECORDER);
    this.recorder = provider?.instance as DeliveryFailureRecorder | undefined;
  }

  record(failure: DeliveryFailure): void {
    this.inOrder(failure.messageId, (recorder) => recorder.recordFailure(failure));
  }

  forget(messageId: string): void {
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
