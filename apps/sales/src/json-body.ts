import { type FastifyInstance } from 'fastify';
import { isUtf8 } from 'node:buffer';
import { takesMediaType, takesNothing } from './http/body-kinds.js';
import { exceededBound, MAX_DEPTH, MAX_VALUES } from './json-bounds.js';
import { ApiError } from './problem/problem.js';

const BEYOND_BOUND = {
  depth: `The body is nested more than ${MAX_DEPTH} levels deep.`,
  values: `The body has more than ${MAX_VALUES} values.`,
};

/** JSON is all that is spoken here: in UTF-8, of a bounded depth and number of values, and without keys that poison a prototype. */
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
      const bound = exceededBound(bytes);
      if (bound) return done(new ApiError('REQUEST.MALFORMED', BEYOND_BOUND[bound]));
      void parse(request, bytes.toString(), done);
    },
  );
}
