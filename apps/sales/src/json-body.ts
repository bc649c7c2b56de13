import { type FastifyInstance } from 'fastify';
import { isUtf8 } from 'node:buffer';
import { takesMediaType, takesNothing } from './http/body-kinds.js';
import { ApiError } from './problem/problem.js';

/** Deeper than anything that a client has to say. What is deeper still would overflow the stack of JSON.stringify. */
const MAX_DEPTH = 32;

/** JSON is all that is spoken here: in UTF-8, of a bounded depth, and without keys that poison a prototype. */
export function useJsonBodies(fastify: FastifyInstance): void {
  // Text would reach the handlers as a bare string.
  fastify.removeContentTypeParser(['application/json', 'text/plain']);
  const parse = fastify.getDefaultJsonParser('error', 'error');
  fastify.addContentTypeParser<Buffer>(
    ['application/json', 'application/merge-patch+json'],
    { parseAs: 'buffer' },
    (request, bytes, done): void => {
      if (!takesMediaType(request)) return done(new ApiError('REQUEST.MEDIA_TYPE'));
      if (bytes.length === 0 && takesNothing(request)) return done(null, null);
      // Decoding would put U+FFFD where the client had something else, and store that.
      if (!isUtf8(bytes)) return done(new ApiError('REQUEST.MALFORMED', 'The body is not UTF-8.'));
      void parse(request, bytes.toString(), (error, body: unknown) => {
        if (error) return done(error);
        if (!isDeeperThan(MAX_DEPTH, body)) return done(null, body);
        done(new ApiError('REQUEST.MALFORMED', `The body is nested more than ${MAX_DEPTH} levels deep.`));
      });
    },
  );
}

function isDeeperThan(levels: number, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((part) => isDeeperThan(levels - 1, part));
}
