import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
  type OnModuleInit,
} from '@nestjs/common';
import { type Backoff, exponentialBackoff } from '#runtime';
import { SqsService } from '@ssut/nestjs-sqs';
import { ConsumerGate, PollingStoppedError } from './consumer-gate.js';
import {
  CONSUMER_OPTIONS,
  type ConsumerOptions,
  type ConsumerSpec,
  consumersOf,
} from './consumer-options.js';
import { DeliveryFailures } from './delivery-failures.js';
import { receiveCountOf } from './delivery.js';
import { describe, HandlerTimeoutError } from './errors.js';
import { HandlerRegistry } from './handler-registry.js';
import { RetryDelay } from './retry-delay.js';

type Consumer = NonNullable<ReturnType<SqsService['consumers']['get']>>['instance'];

/** The pauses after failed polls, in ms. */
const POLL_PAUSE_MS: Backoff = { first: 1_000, max: 10_000 };

/**
 * The consumers from the first poll to the last message. Polling starts when the whole application is ready. Every failure is
 * logged and recorded. A shutdown waits for the messages in hand before TypeORM closes, in onApplicationShutdown.
 */
@Injectable()
export class ConsumerLifecycle
  implements OnModuleInit, OnApplicationBootstrap, OnModuleDestroy, BeforeApplicationShutdown
{
  private readonly logger = new Logger('Consumers');
  private readonly stopped = new Map<string, Promise<void>>();

  constructor(
    private readonly sqs: SqsService,
    private readonly registry: HandlerRegistry,
    private readonly gate: ConsumerGate,
    private readonly retryDelay: RetryDelay,
    private readonly failures: DeliveryFailures,
    @Inject(CONSUMER_OPTIONS) private readonly options: ConsumerOptions,
  ) {}

  /** SqsModule is global, so that its own onModuleInit has created the consumers by now. */
  onModuleInit(): void {
    this.watchAll();
    this.registry.assertComplete();
  }

  onApplicationBootstrap(): void {
    this.gate.open();
  }

  onModuleDestroy(): void {
    this.gate.close();
  }

  /** nestjs-sqs has stopped every consumer by now, and waits for none. */
  async beforeApplicationShutdown(): Promise<void> {
    // Again, for a start that failed before onModuleInit: an error event without a listener ends the process.
    this.watchAll();
    this.gate.stop();
    await Promise.all(this.stopped.values());
    await this.failures.settled();
  }

  private watchAll(): void {
    for (const spec of consumersOf(this.options)) {
      const consumer = this.sqs.consumers.get(spec.name)?.instance;
      if (!consumer || this.stopped.has(spec.name)) continue;
      const { isRunning, isPolling } = consumer.status;
      this.stopped.set(
        spec.name,
        isRunning || isPolling
          ? new Promise((resolve) => consumer.once('stopped', () => resolve()))
          : Promise.resolve(),
      );
      this.watchMessages(spec, consumer);
      this.watchPolls(spec, consumer);
    }
  }

  private watchMessages(spec: ConsumerSpec, consumer: Consumer): void {
    // sqs-consumer wraps the error of the handler. It sets the retry delay right after this event.
    consumer.on('processing_error', (wrapper, message) => {
      const error = wrapper.cause instanceof Error ? wrapper.cause : wrapper;
      this.retryDelay.heed(error, message);
      this.failures.report(spec, message, error);
    });
    consumer.on('timeout_error', (_, message) => {
      this.failures.report(spec, message, new HandlerTimeoutError(spec.handlerTimeoutMs));
    });
    consumer.on('message_processed', (message) => this.failures.forget(spec, message));
  }

  private watchPolls(spec: ConsumerSpec, consumer: Consumer): void {
    let failures = 0;
    const count = (nextFailures: number) => {
      if (nextFailures === failures) return;
      failures = nextFailures;
      const pauseMs = failures === 0 ? 0 : exponentialBackoff(failures, POLL_PAUSE_MS);
      consumer.updateOption('pollingWaitTimeMs', pauseMs);
    };
    // Without a message, the poll failed. With one, its deletion or its retry delay failed.
    consumer.on('error', (error, message) => {
      if ((error as { code?: unknown }).code === PollingStoppedError.name) return;
      const first = Array.isArray(message) ? message[0] : message;
      this.logger.error({
        message: 'Queue request failed',
        queue: spec.name,
        messageId: first?.MessageId,
        receiveCount: first && receiveCountOf(first),
        error: describe(error),
      });
      if (!first) count(failures + 1);
    });
    consumer.on('empty', () => count(0));
    consumer.on('message_received', () => count(0));
    consumer.on('waiting_for_polling_to_complete_timeout_exceeded', () => {
      this.logger.error({
        message: 'Stopped with messages in hand: they come back after their visibility timeout',
        queue: spec.name,
      });
    });
  }
}
