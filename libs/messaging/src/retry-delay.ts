import { type Message } from '@aws-sdk/client-sqs';
import { Inject, Injectable } from '@nestjs/common';
import { CONSUMER_OPTIONS, type ConsumerOptions } from './consumer-options.js';
import { receiveCountOf } from './delivery.js';

/** SQS hides a message for at most twelve hours, counted from its receipt. */
const LONGEST_INVISIBILITY_SECONDS = 43_200;

/** When a failed message comes back. */
@Injectable()
export class RetryDelay {
  /** By the message object itself, which sqs-consumer passes along unchanged. */
  private readonly asked = new WeakMap<Message, number>();
  private readonly longestSeconds: number;

  constructor(@Inject(CONSUMER_OPTIONS) private readonly options: ConsumerOptions) {
    this.longestSeconds = LONGEST_INVISIBILITY_SECONDS - options.visibilityTimeoutSeconds;
  }

  /** Takes over what `error` says about the next attempt at `message`: its `retryAfterSeconds`, if it has one. */
  heed(error: unknown, message: Message): void {
    const { retryAfterSeconds } = error as { retryAfterSeconds?: unknown };
    if (typeof retryAfterSeconds === 'number' && retryAfterSeconds >= 0) {
      this.asked.set(message, retryAfterSeconds);
    }
  }

  /**
   * What was asked for; otherwise the doubled delay, half of it up to chance, so that messages which failed
   * together do not come back together.
   */
  secondsFor(message: Message): number {
    const { firstDelaySeconds, maxDelaySeconds } = this.options.retry;
    const doubled = Math.min(firstDelaySeconds * 2 ** (receiveCountOf(message) - 1), maxDelaySeconds);
    const seconds = this.asked.get(message) ?? doubled * (0.5 + Math.random() / 2);
    return Math.min(Math.ceil(seconds), this.longestSeconds);
  }
}
