import Type, { type Static } from 'typebox';
import { type ApiErrorCode, ERROR_CATALOGUE } from './error-catalogue.js';

/** Seconds after which a client should try again when a part is down, or too much is going on. */
const RETRY_AFTER_SECONDS = 2;

/** An error as RFC 9457 has it, with a code for programs. Facts of the error stand beside these members. */
export const Problem = Type.Object(
  {
    type: Type.String({ format: 'uri-reference', description: 'leads to what the error means' }),
    title: Type.String(),
    status: Type.Integer(),
    code: Type.String({ description: 'see docs/errors.md' }),
    detail: Type.Optional(Type.String()),
    errors: Type.Optional(
      Type.Array(
        Type.Object({
          at: Type.String({ description: 'the part of the request, and the place in it' }),
          message: Type.String(),
          pointer: Type.Optional(
            Type.String({ description: 'JSON Pointer (RFC 6901) of the member, for a fault in the body' }),
          ),
        }),
      ),
    ),
    requestId: Type.Optional(Type.String()),
  },
  { additionalProperties: true, title: 'Problem' },
);
export type Problem = Static<typeof Problem>;

/** For the `response` of a route's schema: how it answers when it refuses. */
export const PROBLEM_RESPONSES = { '4xx': Problem, '5xx': Problem };

const retryLater = (description: string) =>
  Type.Object(Problem.properties, {
    additionalProperties: true,
    title: 'Problem',
    description,
    headers: { 'Retry-After': { type: 'integer', description: 'seconds after which to try again' } },
  });

/** As {@link PROBLEM_RESPONSES}, for a route that turns requests away while there are too many. */
export const BUSY_RESPONSES = {
  429: retryLater('More requests than may come from one client, or callbacks for one order'),
  503: retryLater('More requests than can be served in time, or the warehouse cannot be reached'),
  ...PROBLEM_RESPONSES,
};

export const PROBLEM_MEDIA_TYPE = 'application/problem+json; charset=utf-8';

/** The body of an error answer. `facts` are what a client can act on. */
export function problem(code: ApiErrorCode, detail?: string, facts: Record<string, unknown> = {}): Problem {
  const { status, title } = ERROR_CATALOGUE[code];
  // The facts first: none of theirs may take the place of a member that the standard defines.
  return { ...facts, type: `/errors/${code}`, title, status, code, ...(detail && { detail }) };
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
export class ApiError extends Error {
  constructor(
    readonly code: ApiErrorCode,
    detail?: string,
    /** When the client may try again. */
    readonly retryAfterSeconds?: number,
  ) {
    super(detail ?? ERROR_CATALOGUE[code].title);
    this.name = 'ApiError';
  }
}
