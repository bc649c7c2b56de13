import { ApiKeyService, BOOTSTRAP_NAME, type Operator, type Role, ROLES } from '#inventory';
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

/** How long a key is believed without another look into the database, in ms. A revoked key works for as long. */
const BELIEVED_MS = 2_000;

/** Keys that are believed at a time. */
const MAX_KEYS = 1_000;

/** The key of the environment, which works without the database, too. */
const BOOTSTRAP: Operator = { name: BOOTSTRAP_NAME, role: 'admin' };

interface Lookup {
  operator: Promise<Operator | undefined>;
  until: number;
}

/**
 * Finds the operator of the key in `X-Api-Key`, for every route that asks for one. An address that has sent too many wrong
 * keys is refused whatever it sends, so that it learns of no further guess whether it is right.
 */
@Injectable()
export class OperationsKeys {
  private readonly bootstrap: Buffer;
  /** By the digest of the key, the oldest first. */
  private readonly lookups = new Map<string, Lookup>();
  private readonly guesses: TokenBuckets;
  private readonly refusals: Counter<'reason'>;
  private readonly log = new BoundedLog(new Logger(OperationsKeys.name), {
    linesPerSecond: 5,
    overflowMessage: 'more requests without the operations key were refused in this second',
    overflowFact: 'requests',
  });

  constructor(
    @Inject(SALES_ENVIRONMENT) environment: SalesEnvironment,
    registry: Registry,
    private readonly apiKeys: ApiKeyService,
  ) {
    this.bootstrap = digest(environment.OPERATIONS_API_KEY);
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
   * @param role that the operator has at least
   * @throws ApiError `AUTH.KEY_REQUIRED` unless the request has a valid key, `AUTH.ROLE_REQUIRED` when that is of a lesser role,
   * `REQUEST.RATE_LIMITED` after too many wrong keys from its address
   * @throws InventoryError `DATABASE.UNAVAILABLE`
   */
  async admit(request: FastifyRequest, role: Role): Promise<Operator> {
    const operator = await this.operatorOf(request);
    if (ROLES.indexOf(operator.role) >= ROLES.indexOf(role)) return operator;
    throw roleRequired(operator, role);
  }

  /** A key that was revoked, or whose rotation ended another, is looked up by this process at once. */
  forget(): void {
    this.lookups.clear();
  }

  private async operatorOf(request: FastifyRequest): Promise<Operator> {
    const given = request.headers['x-api-key'];
    // A request without a key is no guess: it counts, and uses up nothing.
    if (given === undefined || given === '') throw this.refuse('missing', request);
    const client = clientOf(request);
    const waitMs = this.guesses.waitMs(client);
    if (waitMs > 0) throw this.refuse('limited', request, Math.ceil(waitMs / 1_000));
    if (typeof given !== 'string') throw this.refuse('wrong', request);
    if (timingSafeEqual(digest(given), this.bootstrap)) return BOOTSTRAP;
    const operator = await this.lookUp(given, client);
    if (!operator) throw this.refuse('wrong', request);
    return operator;
  }

  /** Requests with one key share a look into the database. */
  private async lookUp(key: string, client: string): Promise<Operator | undefined> {
    const name = digest(key).toString('hex');
    const now = performance.now();
    const known = this.lookups.get(name);
    if (known && known.until > now) {
      const operator = await known.operator;
      // A guess is counted each time, also one that is sent again before it is answered.
      if (!operator) this.guesses.take(client);
      return operator;
    }
    // Taken before the look, and given back for a valid key: requests that arrive together cannot get past the limit.
    this.guesses.take(client);
    const lookup = { operator: this.apiKeys.operatorOf(key), until: now + BELIEVED_MS };
    this.lookups.delete(name);
    this.lookups.set(name, lookup);
    if (this.lookups.size > MAX_KEYS) this.lookups.delete(this.lookups.keys().next().value!);
    const forget = () => {
      if (this.lookups.get(name) === lookup) this.lookups.delete(name);
    };
    try {
      const operator = await lookup.operator;
      if (operator) this.guesses.giveBack(client);
      else forget();
      return operator;
    } catch (error) {
      this.guesses.giveBack(client);
      forget();
      throw error;
    }
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

function roleRequired({ name, role }: Operator, requiredRole: Role): ApiError {
  const sentence = {
    en: `The key ${name} has the role ${role}. This needs the role ${requiredRole}.`,
    ko: `${name} 키의 역할은 ${role}입니다. ${requiredRole} 역할이 필요합니다.`,
  };
  return new ApiError('AUTH.ROLE_REQUIRED', sentence, undefined, { role, requiredRole });
}
