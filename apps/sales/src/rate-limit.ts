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
    if (count.isAllowed || !count.isExceeded) return undefined;
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
