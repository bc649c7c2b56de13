import { Inject, Injectable } from '@nestjs/common';
import { ConsumerGate } from './consumer-gate.js';
import {
  CONSUMER_OPTIONS,
  type ConsumerOptions,
  type ConsumerSpec,
  consumersOf,
} from './consumer-options.js';
import { ConsumersStalledError } from './errors.js';

/** For the calls around a poll and a handler: deletions, retry delays, their own retries. */
const MARGIN_MS = 15_000;

/** Whether the consumers really poll their queues: polling can die without an event. */
@Injectable()
export class ConsumerHealth {
  private readonly consumers: ConsumerSpec[];

  constructor(
    private readonly gate: ConsumerGate,
    @Inject(CONSUMER_OPTIONS) private readonly options: ConsumerOptions,
  ) {
    this.consumers = consumersOf(options);
  }

  /** The longest time since the last answered poll of a consumer, in ms. Paused consumers do not count. */
  oldestPollAgeMs(): number {
    return Math.max(0, ...this.consumers.map(({ name }) => this.gate.pollAgeMs(name)));
  }

  /**
   * Resolves when every consumer polled within its bound: a poll's wait, a handler's time, and 15 s.
   *
   * @throws ConsumersStalledError
   */
  async check(): Promise<void> {
    const stalled = this.consumers
      .map(({ name, handlerTimeoutMs }) => ({
        consumer: name,
        pollAgeMs: this.gate.pollAgeMs(name),
        boundMs: this.options.waitSeconds * 1000 + handlerTimeoutMs + MARGIN_MS,
      }))
      .filter(({ pollAgeMs, boundMs }) => pollAgeMs > boundMs);
    if (stalled.length > 0) throw new ConsumersStalledError(stalled);
  }
}
