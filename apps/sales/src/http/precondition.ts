import { type FastifyReply, type FastifyRequest } from 'fastify';
import Type from 'typebox';
import { ApiError } from '../problem/problem.js';
import { ENTITY_TAGS_PATTERN, parseEntityTags } from './entity-tag.js';

const entityTags = (description: string, example: string) =>
  Type.Optional(Type.String({ pattern: ENTITY_TAGS_PATTERN, description, examples: [example] }));

/** For the `headers` of a route whose answers have an `ETag`. */
export const PreconditionHeaders = {
  'if-match': entityTags('`*`, or entity tags: 412 unless one of them is the current one', '*'),
  'if-none-match': entityTags(
    '`*`, or entity tags: 304, or 412 for a write, when one of them is the current one',
    '"hYg2s1tWm0xk9sJr3bKQzA"',
  ),
};

export const ETagHeader = {
  ETag: {
    type: 'string',
    description: 'a strong entity tag for `If-Match` and `If-None-Match`',
    examples: ['"hYg2s1tWm0xk9sJr3bKQzA.Jf0c8rCqk6d1cV4yqf0mNw"'],
  },
};

/**
 * Evaluates `If-Match` and `If-None-Match` as RFC 9110 section 13 says.
 *
 * @param currentTag the strong tag of what a GET of this client shows now; undefined when there is nothing to show
 * @param guardedPart the part of an opaque tag that is compared: a write compares what it writes
 * @returns `NOT_MODIFIED` when a GET or HEAD asks for what the client has already
 * @throws ApiError `REQUEST.PRECONDITION`
 */
export function evaluatePreconditions(
  { method, headers }: Pick<FastifyRequest, 'method' | 'headers'>,
  currentTag: string | undefined,
  guardedPart: (opaque: string) => string = (opaque) => opaque,
): 'PROCEED' | 'NOT_MODIFIED' {
  const current = currentTag === undefined ? undefined : guardedPart(currentTag.slice(1, -1));
  const isCurrent = (header: string, isStrong: boolean) => {
    const tags = parseEntityTags(header);
    if (current === undefined || tags === '*') return current !== undefined;
    return tags.some(({ isWeak, opaque }) => !(isStrong && isWeak) && guardedPart(opaque) === current);
  };
  const { 'if-match': ifMatch, 'if-none-match': ifNoneMatch } = headers;
  if (ifMatch !== undefined && !isCurrent(ifMatch, true)) {
    throw new ApiError('REQUEST.PRECONDITION', {
      en: 'No tag of If-Match is the current one.',
      ko: 'If-Match의 태그 중에 현재 태그가 없습니다.',
    });
  }
  if (ifNoneMatch === undefined || !isCurrent(ifNoneMatch, false)) return 'PROCEED';
  if (method === 'GET' || method === 'HEAD') return 'NOT_MODIFIED';
  throw new ApiError('REQUEST.PRECONDITION', {
    en: 'If-None-Match names what is there.',
    ko: 'If-None-Match가 가리키는 것이 이미 있습니다.',
  });
}

/** Answers a GET with `body`, or with 304 when the client has it already. */
export function sendRepresentation(
  request: FastifyRequest,
  reply: FastifyReply,
  { tag, body }: { tag: string; body: unknown },
): void {
  void reply.header('ETag', tag);
  if (evaluatePreconditions(request, tag) === 'NOT_MODIFIED') void reply.code(304).send();
  else void reply.send(body);
}
