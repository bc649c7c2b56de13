import rateLimit from '@fastify/rate-limit';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { Counter, Registry } from 'prom-client';
import { clientOf } from './client-address.js';
import { sendProblem } from './problem/problem.js';

const WINDOW_MS = 60_000;

/** The clients seen last. With more than these at once, the one unseen for longest begins anew: memory stays bounded. */
const MAX_CLIENTS = 20_000;

/** The config of a route whose requests count against the allowance of their client. */
export const LIMITED_PER_CLIENT = { isLimitedPerClient: true };

const count = (description: string, example: number) => ({
  type: 'integer',
  description: `${description}; where \`RATE_LIMIT_PER_MINUTE\` is set`,
  examples: [example],
});

/** For the `headers` of a response of a limited route. */
export const RATE_LIMIT_HEADERS = {
  'RateLimit-Limit': count('requests that one client may send in a minute', 600),
  'RateLimit-Remaining': count('requests that this client has left of them', 599),
  'RateLimit-Reset': count('seconds until it has all of them again', 60),
};

/**
 * Answers 429 to a client that has sent more than `maxPerMinute` requests to the limited routes, before its body is
 * read. {@link clientOf} identifies clients. 0 sets no limit and costs nothing.
 * To be called before any route is registered.
 */
export async function useRateLimit(application: NestFastifyApplication, maxPerMinute: number): Promise<void> {
  if (maxPerMinute === 0) return;
  await application.register(rateLimit, {
    global: false,
    max: maxPerMinute,
    timeWindow: WINDOW_MS,
    cache: MAX_CLIENTS,
    keyGenerator: clientOf,
  });
  const fastify = application.getHttpAdapter().getInstance();
  const countRequest = fastify.createRateLimit();
  const refused = new Counter({
    name: 'donut_states_rate_limited_total',
    help: 'Requests that were more than a client may send.',
    registers: [application.get(Registry, { strict: false })],
  });

  const refuseAboveLimit = async (request: FastifyRequest, reply: FastifyReply) => {
    const count = await countRequest(request);
    if (count.isAllowed) return undefined;
    void reply.headers({
      'ratelimit-limit': count.max,
      'ratelimit-remaining': count.remaining,
      'ratelimit-reset': count.ttlInSeconds,
    });
    if (!count.isExceeded) return undefined;
    refused.inc();
    // Answered, not thrown: a client that floods must not cost a stack trace each time.
    sendProblem(reply, { code: 'REQUEST.RATE_LIMITED', retryAfterSeconds: count.ttlInSeconds });
    return reply;
  };
  fastify.addHook('onRoute', (route) => {
    const { isLimitedPerClient } = (route.config ?? {}) as Partial<typeof LIMITED_PER_CLIENT>;
    if (isLimitedPerClient) route.onRequest = [refuseAboveLimit];
  });
}
