import { type QueueName } from '#queues';

/** A message that breaks the contract of its queue. Its faults name places, never values. */
export class MessageContractError extends Error {
  readonly code = 'MESSAGE.CONTRACT_BROKEN';

  constructor(
    readonly queue: QueueName,
    readonly faults: readonly string[],
  ) {
    super(`A message of queue "${queue}" breaks its contract: ${faults.join('; ')}`);
    this.name = 'MessageContractError';
  }
}

/** The queue refused a request, or did not answer it in time: the message may or may not have been sent. */
export class QueueUnavailableError extends Error {
  readonly code = 'QUEUE.UNAVAILABLE';

  constructor(
    readonly queue: QueueName,
    cause: unknown,
  ) {
    super(`Queue "${queue}" is unavailable: ${describe(cause)}`, { cause });
    this.name = 'QueueUnavailableError';
  }
}

/**
 * Thrown by a handler that knows when another attempt makes sense. Any other error with a `retryAfterSeconds`
 * works the same way.
 */
export class RetryLaterError extends Error {
  constructor(
    message: string,
    readonly retryAfterSeconds: number,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** A handler took too long. It is not stopped. */
export class HandlerTimeoutError extends Error {
  readonly code = 'HANDLER.TIMEOUT';

  constructor(timeoutMs: number) {
    super(`no outcome within ${timeoutMs} ms`);
    this.name = 'HandlerTimeoutError';
  }
}

/** All faults that prevent the consumers from starting. */
export class ConsumerSetupError extends Error {
  constructor(readonly faults: readonly string[]) {
    super(`The queue consumers cannot start:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`);
    this.name = 'ConsumerSetupError';
  }
}

/** Consumers that have not polled their queue in time. */
export class ConsumersStalledError extends Error {
  readonly code = 'QUEUE.CONSUMERS_STALLED';

  constructor(stalled: readonly { consumer: string; pollAgeMs: number }[]) {
    const ages = stalled.map(({ consumer, pollAgeMs }) => `${consumer} (${Math.round(pollAgeMs / 1000)} s)`);
    super(`No successful poll for too long: ${ages.join(', ')}`);
    this.name = 'ConsumersStalledError';
  }
}

/** One line about any thrown value. Node leaves the message of some connection errors empty. */
export function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.message ? `${error.name}: ${error.message}` : error.name;
}
