import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { ConsumerGate } from './consumer-gate.js';
import { ConsumerHealth } from './consumer-health.js';
import { type ConsumerOptions } from './consumer-options.js';
import { ConsumersStalledError } from './errors.js';

const options: ConsumerOptions = {
  region: 'ap-northeast-2',
  queueUrlPrefix: 'http://127.0.0.1:4566/000000000000/',
  queues: [
    { queue: 'restock', concurrency: 5, handlerTimeoutMs: 30_000 },
    { queue: 'probe', concurrency: 1, handlerTimeoutMs: 5_000 },
  ],
  deadLetterQueues: [],
  visibilityTimeoutSeconds: 36,
  waitSeconds: 5,
  retry: { firstDelaySeconds: 10, maxDelaySeconds: 600 },
  drainTimeoutMs: 40_000,
};

describe('ConsumerHealth', () => {
  let nowMs: number;
  let gate: ConsumerGate;
  let health: ConsumerHealth;

  beforeEach(() => {
    nowMs = 1_000_000;
    jest.spyOn(performance, 'now').mockImplementation(() => nowMs);
    gate = new ConsumerGate(options);
    health = new ConsumerHealth(gate, options);
    gate.open();
  });

  afterEach(() => {
    jest.restoreAllMocks();
  });

  it('gives the age of the oldest successful poll', () => {
    nowMs += 7_000;
    gate.polled('probe');
    nowMs += 1_000;
    expect(health.oldestPollAgeMs()).toBe(8_000);
  });

  it('allows for a poll and a handler, and fails for the consumer that took longer', async () => {
    nowMs += 25_000;
    await expect(health.check()).resolves.toBeUndefined();
    nowMs += 1;
    const failure = await health.check().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ConsumersStalledError);
    expect((failure as Error).message).toBe('No successful poll for too long: probe (25 s)');
  });

  it('does not hold a pause against a consumer, nor against the one that goes on after it', async () => {
    await gate.pause(['probe']);
    nowMs += 600_000;
    gate.polled('restock');
    expect(health.oldestPollAgeMs()).toBe(0);
    await gate.resume(['probe']);
    expect(health.oldestPollAgeMs()).toBe(0);
    await expect(health.check()).resolves.toBeUndefined();
  });
});
