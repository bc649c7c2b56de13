import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { type Message } from '@aws-sdk/client-sqs';
import { type ConsumerOptions } from './consumer-options.js';
import { RetryLaterError } from './errors.js';
import { RetryDelay } from './retry-delay.js';

const retryDelay = new RetryDelay({
  visibilityTimeoutSeconds: 36,
  retry: { firstDelaySeconds: 10, maxDelaySeconds: 600 },
} as ConsumerOptions);

const received = (receiveCount: number): Message => ({
  Attributes: { ApproximateReceiveCount: String(receiveCount) },
});

describe('RetryDelay', () => {
  afterEach(() => {
    jest.restoreAllMocks();
  });

  it('doubles with each receipt up to the longest delay, of which half is up to chance', () => {
    const delays = (chance: number) => {
      jest.spyOn(Math, 'random').mockReturnValue(chance);
      return [1, 2, 3, 7, 5_000].map((receiveCount) => retryDelay.secondsFor(received(receiveCount)));
    };
    expect(delays(0)).toEqual([5, 10, 20, 300, 300]);
    expect(delays(0.999999)).toEqual([10, 20, 40, 600, 600]);
  });

  it('follows the delay of the error, within the limits of SQS, for that receipt alone', () => {
    const message = received(1);
    retryDelay.heed(new RetryLaterError('busy', 75.2), message);
    expect(retryDelay.secondsFor(message)).toBe(76);
    expect(retryDelay.secondsFor(received(1))).toBeLessThanOrEqual(10);

    retryDelay.heed(new RetryLaterError('closed for a week', 604_800), message);
    expect(retryDelay.secondsFor(message)).toBe(43_164);
  });

  it('ignores an invalid delay', () => {
    for (const retryAfterSeconds of [-1, Number.NaN, '5', undefined]) {
      const message = received(1);
      retryDelay.heed(Object.assign(new Error('odd'), { retryAfterSeconds }), message);
      expect(retryDelay.secondsFor(message)).toBeLessThanOrEqual(10);
    }
  });
});
