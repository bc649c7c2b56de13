import { BoundedLog } from '#runtime';
import { Logger } from '@nestjs/common';
import { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';

/** Which requests get a line in the log: none, those that failed or were slow, or each. */
export type RequestLog = 'none' | 'failures' | 'all';

/** An answer that took as long is listed among the failures: no route needs it while all is well. */
export const SLOW_MS = 1_000;

/** Lines on failures in a second. When everything fails, the log must not be what the process is busy with. */
export const MAX_FAILURES_A_SECOND = 20;

/**
 * Writes a line for an answered request: method, route, status, duration and request id. Nothing that a client sent:
 * no body, header, path or query. `none` adds no hook. To be called before any route is registered.
 */
export function useRequestLog(fastify: FastifyInstance, which: RequestLog): void {
  if (which === 'none') return;
  const logger = new Logger('Requests');
  const failures = new BoundedLog(logger, {
    linesPerSecond: MAX_FAILURES_A_SECOND,
    overflowMessage: 'more failed or slow requests in this second',
    overflowFact: 'requests',
  });
  fastify.addHook('onResponse', (request, reply, done) => {
    if (reply.statusCode >= 500 || reply.elapsedTime >= SLOW_MS) {
      failures.warn('answered', () => factsOf(request, reply));
    } else if (which === 'all') logger.log('answered', factsOf(request, reply));
    done();
  });
}

function factsOf(request: FastifyRequest, reply: FastifyReply): Record<string, string | number> {
  return {
    method: request.method,
    route: request.routeOptions.url ?? 'none',
    status: reply.statusCode,
    durationMs: Math.round(reply.elapsedTime * 10) / 10,
    requestId: request.id,
  };
}
