import { type Message } from '@aws-sdk/client-sqs';
import { Inject, Injectable } from '@nestjs/common';
import { exponentialBackoff, withJitter } from '#runtime';
import { CONSUMER_OPTIONS, type ConsumerOptions } from './consumer-options.js';
import { receiveCountOf } from './delivery.js';

/** SQS hides a message for at most twelve hours, counted from its receipt. */
const LONGEST_INVISIBILITY_SECONDS = 43_200;

/** The delay after which a failed message is delivered again. */
@Injectable()
export class RetryDelay {
  /** By the message object itself, which sqs-consumer passes along unchanged. */
  private readonly asked = new WeakMap<Message, number>();
  private readonly longestSeconds: number;

  constructor(@Inject(CONSUMER_OPTIONS) private readonly options: ConsumerOptions) {
    this.longestSeconds = LONGEST_INVISIBILITY_SECONDS - options.visibilityTimeoutSeconds;
  }

  /** Takes the delay of the next attempt at `message` from the `retryAfterSeconds` of `error`, if it has one. */
  heed(error: unknown, message: Message): void {
    const { retryAfterSeconds } = error as { retryAfterSeconds?: unknown };
    if (typeof retryAfterSeconds === 'number' && retryAfterSeconds >= 0) {
      this.asked.set(message, retryAfterSeconds);
    }
  }

  /**
   * The delay that the error asked for. Otherwise an exponential backoff, of which half is random.
   */
  secondsFor(message: Message): number {
    const { firstDelaySeconds, maxDelaySeconds } = this.options.retry;
    const backoff = exponentialBackoff(receiveCountOf(message), {
      first: firstDelaySeconds,
      max: maxDelaySeconds,
    });
    const seconds = this.asked.get(message) ?? withJitter(backoff, 0.5);
    return Math.min(Math.ceil(seconds), this.longestSeconds);
  }
}
