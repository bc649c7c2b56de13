import { queueUrl } from '#queues';
import { SQSClient } from '@aws-sdk/client-sqs';
import { type DynamicModule, Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { SqsModule } from '@ssut/nestjs-sqs';
import { ConsumerControl, ConsumerGate } from './consumer-gate.js';
import { ConsumerHealth } from './consumer-health.js';
import { ConsumerLifecycle } from './consumer-lifecycle.js';
import { assertUsable, CONSUMER_OPTIONS, type ConsumerOptions, consumersOf } from './consumer-options.js';
import { DeliveryFailures } from './delivery-failures.js';
import { HandlerRegistry } from './handler-registry.js';
import { InvokedConsumers } from './invoked-consumers.js';
import { QUEUE_URL_PREFIX, QueuePublisher } from './queue-publisher.js';
import { RetryDelay } from './retry-delay.js';
import { createSqsClient } from './sqs.client.js';

export interface PublisherOptions {
  region: string;
  /** Directly followed by the queue's name. */
  queueUrlPrefix: string;
}

type SqsOptions = Parameters<typeof SqsModule.register>[0];

/** The caller may be an HTTP request, which must learn of a hung queue while its client still waits. */
const PUBLISH_TIMEOUT_MS = 3_000;

/** How long a poll may take in addition to its own wait. */
const POLL_OVERHEAD_MS = 5_000;

@Module({})
class ConsumerStateModule {}

@Module({})
class ConsumersModule {}

@Module({})
class InvokedConsumersModule {}

@Module({})
export class MessagingModule {
  /** {@link QueuePublisher} and the `SQSClient` under it, for the whole application. */
  static forRoot({ region, queueUrlPrefix }: PublisherOptions): DynamicModule {
    return {
      global: true,
      module: MessagingModule,
      providers: [
        { provide: SQSClient, useFactory: () => createSqsClient(region, PUBLISH_TIMEOUT_MS) },
        { provide: QUEUE_URL_PREFIX, useValue: queueUrlPrefix },
        QueuePublisher,
      ],
      exports: [SQSClient, QueuePublisher],
    };
  }

  /**
   * A consumer for each queue and dead-letter queue of `options`, and for the whole application
   * {@link ConsumerControl} and {@link ConsumerHealth}. The handlers are methods of any provider, marked with
   * `@QueueHandler` and `@DeadLetterHandler`.
   *
   * The application's start fails with a ConsumerSetupError, before anything is received, when the options
   * contradict each other or handlers are missing, double, or without a consumer.
   */
  static forConsumers(options: ConsumerOptions): DynamicModule {
    const state: DynamicModule = {
      global: true,
      module: ConsumerStateModule,
      providers: [
        { provide: CONSUMER_OPTIONS, useValue: options },
        ConsumerGate,
        { provide: ConsumerControl, useExisting: ConsumerGate },
        ConsumerHealth,
        RetryDelay,
      ],
      exports: [CONSUMER_OPTIONS, ConsumerGate, ConsumerControl, ConsumerHealth, RetryDelay],
    };
    return {
      module: ConsumersModule,
      imports: [
        state,
        DiscoveryModule,
        SqsModule.registerAsync({
          imports: [state],
          inject: [ConsumerGate, RetryDelay],
          useFactory: (gate: ConsumerGate, retryDelay: RetryDelay) => sqsOptions(options, gate, retryDelay),
        }),
      ],
      providers: [DeliveryFailures, HandlerRegistry, ConsumerLifecycle],
    };
  }

  /**
   * {@link InvokedConsumers} for the queues and dead-letter queues of `options`, where a platform polls them, and for the
   * whole application {@link ConsumerControl}. The start fails as that of `forConsumers` does.
   *
   * @param control pauses and resumes the queues at the platform
   */
  static forInvocations(options: ConsumerOptions, control: ConsumerControl): DynamicModule {
    return {
      global: true,
      module: InvokedConsumersModule,
      imports: [DiscoveryModule],
      providers: [
        { provide: CONSUMER_OPTIONS, useFactory: () => (assertUsable(options), options) },
        { provide: ConsumerControl, useValue: control },
        RetryDelay,
        DeliveryFailures,
        HandlerRegistry,
        InvokedConsumers,
      ],
      exports: [ConsumerControl, InvokedConsumers],
    };
  }
}

function sqsOptions(options: ConsumerOptions, gate: ConsumerGate, retryDelay: RetryDelay): SqsOptions {
  assertUsable(options);
  const sqs = createSqsClient(options.region, options.waitSeconds * 1000 + POLL_OVERHEAD_MS);
  return {
    consumers: consumersOf(options).map(({ name, queueName, concurrency, handlerTimeoutMs }) => ({
      name,
      sqs,
      queueUrl: queueUrl(options.queueUrlPrefix, queueName),
      batchSize: concurrency,
      waitTimeSeconds: options.waitSeconds,
      // No heartbeat: no handler may take longer than this, and a late heartbeat would undo the retry delay.
      visibilityTimeout: options.visibilityTimeoutSeconds,
      handleMessageTimeout: handlerTimeoutMs,
      messageAttributeNames: ['All'],
      messageSystemAttributeNames: [
        'ApproximateReceiveCount',
        'ApproximateFirstReceiveTimestamp',
        'SentTimestamp',
      ],
      terminateVisibilityTimeout: ([message]) => retryDelay.secondsFor(message!),
      // Without it a stop waits for no handler. Never `abort` it: that loses the messages of the current poll.
      pollingCompleteWaitTimeMs: options.drainTimeoutMs,
      preReceiveMessageCallback: () => gate.pass(name),
      postReceiveMessageCallback: async () => gate.polled(name),
    })),
  };
}
