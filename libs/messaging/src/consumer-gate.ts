import { type QueueName } from '#queues';
import { Inject, Injectable } from '@nestjs/common';
import { CONSUMER_OPTIONS, type ConsumerOptions, consumersOf } from './consumer-options.js';

/** Pauses and resumes queues, for example while a dependency of their handlers is unavailable. */
export abstract class ConsumerControl {
  /**
   * Receives no more messages of `queues` until {@link resume}. The current poll may still return messages, which are
   * handled.
   */
  abstract pause(queues: readonly QueueName[]): Promise<void>;
  abstract resume(queues: readonly QueueName[]): Promise<void>;
  /** Those of `queues` that are paused. */
  abstract paused(queues: readonly QueueName[]): Promise<QueueName[]>;
}

/** Refuses the poll of a consumer that was stopped while it waited at the gate: it would receive messages after the stop. */
export class PollingStoppedError extends Error {
  constructor() {
    super('the consumer was stopped');
    this.name = 'PollingStoppedError';
  }
}

/**
 * Every poll waits here until the application is ready, and while its queue is paused: nestjs-sqs starts its consumers
 * while the application still starts.
 */
@Injectable()
export class ConsumerGate implements ConsumerControl {
  private state: 'closed' | 'open' | 'stopped' = 'closed';
  private readonly held = new Set<string>();
  private readonly polledAt = new Map<string, number>();
  private change = Promise.withResolvers<void>();
  private readonly queueNames: ReadonlyMap<string, string>;

  constructor(@Inject(CONSUMER_OPTIONS) private readonly options: ConsumerOptions) {
    this.queueNames = new Map(consumersOf(options).map(({ name, queueName }) => [name, queueName]));
  }

  async pause(queues: readonly QueueName[]): Promise<void> {
    for (const queue of queues) this.held.add(this.configured(queue));
  }

  async resume(queues: readonly QueueName[]): Promise<void> {
    for (const queue of queues) if (this.held.delete(this.configured(queue))) this.notePoll(queue);
    this.letRecheck();
  }

  async paused(queues: readonly QueueName[]): Promise<QueueName[]> {
    return queues.filter((queue) => this.held.has(queue));
  }

  open(): void {
    for (const { name } of consumersOf(this.options)) this.polled(name);
    this.become('open');
  }

  /** Lets no further poll pass. Waiting polls go on waiting. */
  close(): void {
    this.become('closed');
  }

  /** Rejects waiting polls. Only for consumers that are stopping: others would poll again at once. */
  stop(): void {
    this.become('stopped');
  }

  /**
   * Resolves when `consumer` may poll.
   *
   * @throws PollingStoppedError
   */
  async pass(consumer: string): Promise<void> {
    while (this.state !== 'open' || this.isHeld(consumer)) {
      if (this.state === 'stopped') throw new PollingStoppedError();
      await this.change.promise;
    }
  }

  /** Records that the queue answered a poll of `consumer`. */
  polled(consumer: string): void {
    this.polledAt.set(consumer, performance.now());
  }

  /** The time since the queue last answered a poll of `consumer`, in ms; 0 while it should not poll. */
  pollAgeMs(consumer: string): number {
    const at = this.polledAt.get(consumer);
    return at === undefined || this.isHeld(consumer) ? 0 : performance.now() - at;
  }

  /** The pause must not count as a time without polls. */
  private notePoll(queue: QueueName): void {
    for (const { name, queueName } of consumersOf(this.options)) if (queueName === queue) this.polled(name);
  }

  private isHeld(consumer: string): boolean {
    return this.held.has(this.queueNames.get(consumer)!);
  }

  private configured(queue: QueueName): QueueName {
    if (this.options.queues.some((consumer) => consumer.queue === queue)) return queue;
    throw new RangeError(`Queue "${queue}" has no consumer here.`);
  }

  private become(state: 'closed' | 'open' | 'stopped'): void {
    this.state = state;
    this.letRecheck();
  }

  private letRecheck(): void {
    this.change.resolve();
    this.change = Promise.withResolvers();
  }
}
