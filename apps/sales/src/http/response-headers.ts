import { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { varyBy } from './vary.js';

/** The config of a route whose answer anybody may see, and a cache may keep. */
export interface CacheableRoute {
  /** `Cache-Control` of a 200 or 304 to a request without an operations key. */
  cacheControl: string;
}

/** The headers that every answer has. Nothing is kept by a cache unless its route says so: most of it is personal data. */
export function headersOfEveryAnswer(requestId: string): Record<string, string> {
  return { 'x-request-id': requestId, 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' };
}

/** Sets {@link headersOfEveryAnswer}, and the caching of routes that have one. To be called before any route is registered. */
export function useResponseHeaders(fastify: FastifyInstance): void {
  // Not onRequest: a hook before it may answer by itself, and a route may have set the caching of its answer.
  fastify.addHook('onSend', (request, reply, _payload, done) => {
    void reply.header('x-request-id', request.id).header('x-content-type-options', 'nosniff');
    if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store');
    done();
  });
  fastify.addHook('onRoute', (route) => {
    const { cacheControl } = (route.config ?? {}) as Partial<CacheableRoute>;
    if (!cacheControl) return;
    const allow = async (request: FastifyRequest, reply: FastifyReply) =>
      allowCaching(request, reply, cacheControl);
    // Fastify has a hook of its own at HEAD, which takes the body away.
    route.onSend = [allow, ...[route.onSend ?? []].flat()];
  });
}

function allowCaching({ headers }: FastifyRequest, reply: FastifyReply, cacheControl: string): void {
  varyBy(reply, 'X-Api-Key');
  const isPublic = headers['x-api-key'] === undefined;
  if (isPublic && (reply.statusCode === 200 || reply.statusCode === 304)) {
    reply.header('cache-control', cacheControl);
  }
}
