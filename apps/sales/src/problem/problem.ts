import Type, { type Static } from 'typebox';
import { type FastifyReply } from 'fastify';
import { varyBy } from '../http/vary.js';
import { type ApiErrorCode, ERROR_CATALOGUE } from './error-catalogue.js';
import { type Language, languageOf } from './language.js';
import { PROBLEM_FACTS } from './problem-facts.js';
import { KOREAN_CATALOGUE } from './korean-catalogue.js';

/** Seconds after which a client should try again when a part is down, or too much is going on. */
const RETRY_AFTER_SECONDS = 2;

/** An error as RFC 9457 has it, with a code for programs. Facts of the error stand beside these members. */
export const Problem = Type.Object(
  {
    type: Type.String({ format: 'uri-reference', description: 'leads to what the error means' }),
    title: Type.String({ description: 'in the language of `Accept-Language`, English or Korean' }),
    status: Type.Integer(),
    code: Type.String({ description: 'for programs: its meaning never changes' }),
    detail: Type.Optional(Type.String({ description: 'what was wrong this time, in the same language' })),
    ...Type.Partial(Type.Object(PROBLEM_FACTS)).properties,
  },
  { additionalProperties: true, title: 'Problem' },
);
export type Problem = Static<typeof Problem>;

/** For the `response` of a route's schema: how it answers when it refuses. */
export const PROBLEM_RESPONSES = { '4xx': Problem, '5xx': Problem };

export const PROBLEM_MEDIA_TYPE = 'application/problem+json; charset=utf-8';

/** A sentence for a person, in each language. */
export type Sentence = Record<Language, string>;

/** What an error answer says, before it is known in which language. */
export interface Refusal {
  code: ApiErrorCode;
  detail?: Sentence;
  /** What a client can act on. */
  facts?: Record<string, unknown>;
  /** When the client may try again. */
  retryAfterSeconds?: number;
}

/** The body of an error answer. */
export function problem({ code, detail, facts }: Refusal, language: Language = 'en'): Problem {
  const { status, title } = ERROR_CATALOGUE[code];
  return {
    // First: none of the facts may take the place of a member that the standard defines.
    ...facts,
    type: `/errors/${code}`,
    title: language === 'ko' ? KOREAN_CATALOGUE[code].title : title,
    status,
    code,
    ...(detail && { detail: detail[language] }),
  };
}

/** Answers with a problem, in the language of the client. `complete` may add members. */
export function sendProblem(
  reply: FastifyReply,
  refusal: Refusal,
  complete: (body: Problem) => Problem = (body) => body,
): void {
  const language = languageOf(reply.request);
  varyBy(reply, 'Accept-Language');
  const body = complete(problem(refusal, language));
  void reply
    .code(body.status)
    .headers({ ...problemHeaders(body, refusal.retryAfterSeconds), 'content-language': language })
    .send(body);
}

/** Refusals that pass by themselves, and soon. */
function isTransient({ status, code }: Problem): boolean {
  return status === 503 || code === 'SALE.KEY_IN_USE';
}

/** The headers of an error answer. `retryAfterSeconds` is 2 for a refusal that passes by itself and says nothing else. */
export function problemHeaders(
  refusal: Problem,
  retryAfterSeconds = isTransient(refusal) ? RETRY_AFTER_SECONDS : undefined,
): Record<string, string> {
  const { status, code } = refusal;
  return {
    'content-type': PROBLEM_MEDIA_TYPE,
    ...(retryAfterSeconds !== undefined && { 'retry-after': String(retryAfterSeconds) }),
    ...(status === 401 && { 'www-authenticate': 'ApiKey realm="operations"' }),
    ...(code === 'REQUEST.MEDIA_TYPE' && { accept: 'application/json' }),
    ...(code === 'REQUEST.CONTENT_ENCODING' && { 'accept-encoding': 'identity' }),
  };
}

/** A refusal by an application's own rules. */
export class ApiError extends Error implements Refusal {
  constructor(
    readonly code: ApiErrorCode,
    readonly detail?: Sentence,
    readonly retryAfterSeconds?: number,
    readonly facts?: Record<string, unknown>,
  ) {
    super(detail?.en ?? ERROR_CATALOGUE[code].title);
    this.name = 'ApiError';
  }
}
