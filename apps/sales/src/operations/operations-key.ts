import { BoundedLog } from '#runtime';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { type FastifyRequest } from 'fastify';
import { createHash, timingSafeEqual } from 'node:crypto';
import { Counter, Registry } from 'prom-client';
import { clientOf } from '../client-address.js';
import { SALES_ENVIRONMENT, type SalesEnvironment } from '../environment.js';
import { ApiError, type Sentence } from '../problem/problem.js';
import { TokenBuckets } from '../token-buckets.js';

const MINUTE_MS = 60_000;

/** Addresses whose wrong keys are remembered. */
const MAX_CLIENTS = 20_000;

const TOO_MANY_GUESSES: Sentence = {
  en: 'Too many wrong keys came from this address.',
  ko: '이 주소에서 잘못된 키가 너무 많이 왔습니다.',
};

const digest = (text: string) => createHash('sha256').update(text).digest();

/**
 * Checks the operations key in `X-Api-Key`, for every route that asks for it. Takes the same time for every wrong key. An address that has
 * sent too many wrong keys is refused whatever it sends, so that it learns of no further guess whether it is right.
 */
@Injectable()
export class OperationsKey {
  private readonly expected: Buffer;
  private readonly guesses: TokenBuckets;
  private readonly refusals: Counter<'reason'>;
  private readonly log = new BoundedLog(new Logger(OperationsKey.name), {
    linesPerSecond: 5,
    overflowMessage: 'more requests without the operations key were refused in this second',
    overflowFact: 'requests',
  });

  constructor(@Inject(SALES_ENVIRONMENT) environment: SalesEnvironment, registry: Registry) {
    this.expected = digest(environment.OPERATIONS_API_KEY);
    const perMinute = environment.WRONG_KEYS_PER_MINUTE;
    this.guesses = new TokenBuckets({
      burst: perMinute,
      refillMs: MINUTE_MS / perMinute,
      maxKeys: MAX_CLIENTS,
    });
    this.refusals = new Counter({
      name: 'donut_states_operations_refused_total',
      help: 'Requests to the operations routes without the key (missing), with a wrong one (wrong), or after too many wrong ones (limited).',
      labelNames: ['reason'],
      registers: [registry],
    });
  }

  /**
   * @throws ApiError `AUTH.KEY_REQUIRED` unless the request has the key, `REQUEST.RATE_LIMITED` after too many wrong
   * keys from its address
   */
  admit(request: FastifyRequest): void {
    const given = request.headers['x-api-key'];
    // A request without a key is no guess: it counts, and uses up nothing.
    if (given === undefined || given === '') throw this.refuse('missing', request);
    const client = clientOf(request);
    const waitMs = this.guesses.waitMs(client);
    if (waitMs > 0) throw this.refuse('limited', request, Math.ceil(waitMs / 1_000));
    if (typeof given === 'string' && timingSafeEqual(digest(given), this.expected)) return;
    this.guesses.take(client);
    throw this.refuse('wrong', request);
  }

  private refuse(
    reason: 'missing' | 'wrong' | 'limited',
    request: FastifyRequest,
    retryAfterSeconds?: number,
  ): ApiError {
    this.refusals.labels(reason).inc();
    if (reason !== 'missing') {
      // Neither the key, which may be nearly right, nor the address, which is personal.
      this.log.warn('a request with a wrong operations key was refused', () => ({
        reason,
        route: request.routeOptions.url ?? 'none',
        requestId: request.id,
      }));
    }
    return reason === 'limited'
      ? new ApiError('REQUEST.RATE_LIMITED', TOO_MANY_GUESSES, retryAfterSeconds)
      : new ApiError('AUTH.KEY_REQUIRED');
  }
}
