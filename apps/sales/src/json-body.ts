import { type FastifyInstance, type FastifyRequest } from 'fastify';
import { isUtf8 } from 'node:buffer';
import { takesMediaType, takesNothing } from './http/body-kinds.js';
import { type JsonFault, MAX_DEPTH, MAX_VALUES, scanJson } from './json-scan.js';
import { ApiError, type Sentence } from './problem/problem.js';

const DETAIL_OF_FAULT: Record<JsonFault, Sentence> = {
  depth: {
    en: `The body is nested more than ${MAX_DEPTH} levels deep.`,
    ko: `본문의 중첩이 ${MAX_DEPTH}단계보다 깊습니다.`,
  },
  values: {
    en: `The body has more than ${MAX_VALUES} values.`,
    ko: `본문의 값이 ${MAX_VALUES}개보다 많습니다.`,
  },
  number: {
    en: 'The body has a number that cannot be kept as it is: it has too many digits, or is too large or small.',
    ko: '본문에 그대로 보존할 수 없는 숫자가 있습니다. 자릿수가 너무 많거나, 너무 크거나 작습니다.',
  },
};

const NOT_UTF_8: Sentence = { en: 'The body is not UTF-8.', ko: '본문이 UTF-8이 아닙니다.' };

const REPEATED_MEMBER: Sentence = {
  en: 'An object of the body has two members of one name.',
  ko: '본문의 한 객체에 이름이 같은 멤버가 두 개 있습니다.',
};

/** Names of UTF-8, and of the part of it that is ASCII. */
const UTF_8 = ['utf-8', 'utf8', 'us-ascii'];

/**
 * JSON is all that is spoken here: in UTF-8 and as it is, of a bounded depth and number of values, without members that
 * stand twice, numbers that would change, and keys that poison a prototype.
 */
export function useJsonBodies(fastify: FastifyInstance): void {
  // Text would reach the handlers as a bare string.
  fastify.removeContentTypeParser(['application/json', 'text/plain']);
  const parse = fastify.getDefaultJsonParser('error', 'error');
  fastify.addContentTypeParser<Buffer>(
    ['application/json', 'application/merge-patch+json'],
    { parseAs: 'buffer' },
    (request, bytes, done): void => {
      const refusal = refusalOfEncoding(request);
      if (refusal) return done(refusal);
      if (!takesMediaType(request)) return done(new ApiError('REQUEST.MEDIA_TYPE'));
      if (bytes.length === 0 && takesNothing(request)) return done(null, null);
      // Decoding would put U+FFFD where the client had something else, and store that.
      if (!isUtf8(bytes)) return done(new ApiError('REQUEST.MALFORMED', NOT_UTF_8));
      const scanned = scanJson(bytes);
      if (typeof scanned === 'string') {
        return done(new ApiError('REQUEST.MALFORMED', DETAIL_OF_FAULT[scanned]));
      }
      void parse(request, bytes.toString(), (error: Error | null, body?: unknown) => {
        // A parser keeps the last of two members, another system on the way may have looked at the first.
        if (!error && membersOf(body) !== scanned) {
          return done(new ApiError('REQUEST.MALFORMED', REPEATED_MEMBER));
        }
        done(error, body);
      });
    },
  );
}

function refusalOfEncoding({ headers }: FastifyRequest): ApiError | undefined {
  const coding = headers['content-encoding'];
  if (coding && coding.toLowerCase() !== 'identity') {
    return new ApiError('REQUEST.CONTENT_ENCODING', {
      en: 'The body is compressed or encoded.',
      ko: '본문이 압축되었거나 인코딩되었습니다.',
    });
  }
  const type = headers['content-type'];
  if (type === 'application/json') return undefined;
  for (const [, charset = ''] of type?.matchAll(/;\s*charset\s*=\s*"?([^;"\s]*)/gi) ?? []) {
    if (!UTF_8.includes(charset.toLowerCase())) {
      return new ApiError('REQUEST.MEDIA_TYPE', {
        en: 'The body is in another charset than UTF-8.',
        ko: '본문의 문자 집합이 UTF-8이 아닙니다.',
      });
    }
  }
  return undefined;
}

/** The members of all objects in a parsed value. Its depth is bounded. */
function membersOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  let count = 0;
  if (Array.isArray(value)) {
    for (const item of value) count += membersOf(item);
  } else {
    for (const name in value) count += 1 + membersOf((value as Record<string, unknown>)[name]);
  }
  return count;
}
