import { type ApiErrorCode, ERROR_CATALOGUE } from '../problem/error-catalogue.js';
import { problem } from '../problem/problem.js';
import { EXAMPLE_FACTS } from './refusal-examples.js';
import { type OpenApiDocument, type Operation, type Response } from './openapi-document.js';

declare module 'fastify' {
  interface FastifySchema {
    /** The codes with which this route refuses, beside those that follow from what it takes. For the document alone. */
    'x-refusals'?: readonly ApiErrorCode[];
    /** Whether a browser gets a page. For the document alone. */
    'x-page'?: boolean;
  }
}

const PROBLEM_MEDIA_TYPE = 'application/problem+json';

/** Of every request, before its route looks at it. */
const OF_EVERY_REQUEST: ApiErrorCode[] = [
  'REQUEST.MALFORMED',
  'REQUEST.REFUSED',
  'REQUEST.TIMEOUT',
  'REQUEST.HEADERS_TOO_LARGE',
  'SERVER.FAULT',
];

const OF_A_BODY: ApiErrorCode[] = ['REQUEST.TOO_LARGE', 'REQUEST.MEDIA_TYPE', 'REQUEST.CONTENT_ENCODING'];

/** Declares an answer for each status with which the operation refuses, with the codes that it can have. */
export function declareRefusals(operation: Operation, method: string): void {
  const { responses = {}, 'x-refusals': own = [] } = operation;
  delete operation['x-refusals'];
  const codes = new Set([...codesOf(operation, method), ...(own as ApiErrorCode[])]);
  const byStatus = Object.groupBy(codes, (code) => ERROR_CATALOGUE[code].status);
  const successes = Object.entries(responses).filter(([status]) => !/^[45]XX$/.test(status));
  operation.responses = Object.fromEntries<Response>([
    ...successes,
    ...Object.entries(byStatus).map(
      ([status, some = []]) => [status, refusal(Number(status), some.sort())] as const,
    ),
  ]);
}

/** For `components.examples`: an answer for every code that an operation of the document has. */
export function refusalExamples({ paths = {} }: OpenApiDocument): Record<string, object> {
  const codes = Object.values(paths)
    .flatMap((path) => Object.values(path))
    .flatMap(({ responses = {} }) => Object.values(responses))
    .flatMap(({ content }) => Object.keys(content?.[PROBLEM_MEDIA_TYPE]?.examples ?? {}) as ApiErrorCode[]);
  return Object.fromEntries(
    [...new Set(codes)]
      .sort()
      .map((code) => [code, { summary: ERROR_CATALOGUE[code].title, value: exampleProblem(code) }]),
  );
}

function exampleProblem(code: ApiErrorCode): object {
  const { detail, ...facts } = EXAMPLE_FACTS[code] ?? {};
  return problem({ code, facts, ...(detail !== undefined && { detail: { en: detail, ko: detail } }) });
}

/** What follows from what the operation takes. */
function codesOf({ parameters = [], security = [], tags = [] }: Operation, method: string): ApiErrorCode[] {
  const takes = (name: string) => parameters.some((parameter) => parameter.name === name);
  return [
    ...OF_EVERY_REQUEST,
    ...when(!tags.includes('health'), ['REQUEST.INVALID']),
    // One that is sent is read, whether it is looked at or not.
    ...when(method !== 'get', OF_A_BODY),
    ...when(takes('if-match'), ['REQUEST.PRECONDITION']),
    ...when(takes('cursor'), ['CURSOR.UNKNOWN']),
    ...when(
      security.some((requirement) => 'operations' in requirement),
      ['AUTH.KEY_REQUIRED', 'REQUEST.RATE_LIMITED', 'DATABASE.UNAVAILABLE'],
    ),
    // Every key is that of a viewer at least.
    ...when(
      security.some(({ operations = [] }) => operations.some((role) => role !== 'viewer')),
      ['AUTH.ROLE_REQUIRED'],
    ),
  ];
}

function when(condition: boolean, codes: ApiErrorCode[]): ApiErrorCode[] {
  return condition ? codes : [];
}

function refusal(status: number, codes: ApiErrorCode[]): Response {
  return {
    description: codes.map((code) => `\`${code}\`: ${ERROR_CATALOGUE[code].title}.`).join(' '),
    headers: headersOf(status, codes),
    content: {
      [PROBLEM_MEDIA_TYPE]: {
        schema: {
          allOf: [
            { $ref: '#/components/schemas/Problem' },
            { type: 'object', properties: { code: { type: 'string', enum: codes } }, required: ['code'] },
          ],
        },
        examples: Object.fromEntries(codes.map((code) => [code, { $ref: `#/components/examples/${code}` }])),
      },
    },
  };
}

const header = (name: string) => ({ [name]: { $ref: `#/components/headers/${name}` } });

function headersOf(status: number, codes: ApiErrorCode[]): Record<string, object> {
  const isTransient =
    status === 503 ||
    status === 429 ||
    codes.some((code) => code === 'SALE.KEY_IN_USE' || code === 'SALE.NOT_OPEN');
  return {
    ...header('Content-Language'),
    ...(isTransient && header('Retry-After')),
    ...(status === 401 && header('WWW-Authenticate')),
    ...(status === 412 && header('ETag')),
    ...(status === 415 && { ...header('Accept'), ...header('Accept-Encoding') }),
  };
}
