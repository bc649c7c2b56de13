import { type MessageOf } from '#queues';
import { type DynamicModule, Injectable, type LoggerService, type Provider } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { type ConsumerOptions } from '../consumer-options.js';
import { type DeadLetterDelivery, type Delivery } from '../delivery.js';
import { MessagingModule } from '../messaging.module.js';
import { DeadLetterHandler, QueueHandler } from '../queue-handler.decorator.js';
import { type EmbeddedQueue } from './embedded-queue.js';

export type ProbeDelivery = Delivery<MessageOf<'probe'>>;

/** Consumes `probe` and its dead letters, with times as short as a test can bear. */
export function probeConsumers(
  queue: EmbeddedQueue,
  changes: Partial<ConsumerOptions> = {},
): ConsumerOptions {
  return {
    region: queue.region,
    queueUrlPrefix: queue.urlPrefix,
    queues: [{ queue: 'probe', concurrency: 1, handlerTimeoutMs: 2_500 }],
    deadLetterQueues: [{ queue: 'probe', concurrency: 1, handlerTimeoutMs: 2_500 }],
    visibilityTimeoutSeconds: 4,
    waitSeconds: 1,
    retry: { firstDelaySeconds: 1, maxDelaySeconds: 1 },
    drainTimeoutMs: 10_000,
    ...changes,
  };
}

/** An application with a publisher, consumers, `providers` and `imports`; not started yet. */
export async function createWorker(
  options: ConsumerOptions,
  providers: Provider[],
  logger?: LoggerService,
  imports: DynamicModule[] = [],
): Promise<TestingModule> {
  const builder = Test.createTestingModule({
    imports: [MessagingModule.forRoot(options), MessagingModule.forConsumers(options), ...imports],
    providers,
  });
  if (logger) builder.setLogger(logger);
  return builder.compile();
}

export function probeHandler(handle: (delivery: ProbeDelivery) => Promise<void>): Provider {
  @Injectable()
  class ProbeHandler {
    @QueueHandler('probe')
    async receive(delivery: ProbeDelivery): Promise<void> {
      await handle(delivery);
    }
  }
  return ProbeHandler;
}

export function probeDeadLetters(handle: (deadLetter: DeadLetterDelivery) => void = () => {}): Provider {
  @Injectable()
  class ProbeDeadLetters {
    @DeadLetterHandler('probe')
    async receive(deadLetter: DeadLetterDelivery): Promise<void> {
      handle(deadLetter);
    }
  }
  return ProbeDeadLetters;
}
