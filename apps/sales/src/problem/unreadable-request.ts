import { answerClientError, type ClientError } from '#runtime';
import { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { randomUUID } from 'node:crypto';
import { type IncomingMessage } from 'node:http';
import { type Socket } from 'node:net';
import { headersOfEveryAnswer } from '../http/response-headers.js';
import { type ApiErrorCode } from './error-catalogue.js';
import { ApiError, problem, problemHeaders, sendProblem, type Sentence } from './problem.js';

const CODE_OF_ERROR: Record<string, ApiErrorCode> = {
  HPE_HEADER_OVERFLOW: 'REQUEST.HEADERS_TOO_LARGE',
  ERR_HTTP_REQUEST_TIMEOUT: 'REQUEST.TIMEOUT',
};

/** Answers what is no HTTP that Node can read, or comes too slowly, before any route is known, and closes the connection. */
export function answerUnreadable(error: ClientError, socket: Socket): void {
  const reason = error.reason;
  const refusal = problem({
    code: CODE_OF_ERROR[error.code ?? ''] ?? 'REQUEST.MALFORMED',
    ...(reason && { detail: { en: reason, ko: reason } }),
  });
  answerClientError(error, socket, {
    status: refusal.status,
    // Before its headers are known, nobody knows what its client reads.
    headers: {
      ...problemHeaders(refusal),
      ...headersOfEveryAnswer(randomUUID()),
      'content-language': 'en',
    },
    body: JSON.stringify(refusal),
  });
}

/** Answers a path that cannot be decoded, or has a part too long for any id, before its route is known. */
export function answerUnroutable(_error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  // Fastify's own words repeat the path, however long it is.
  const detail = {
    en: 'The path cannot be decoded, or a part of it is too long for any id.',
    ko: '경로를 해석할 수 없거나, 경로의 한 부분이 어떤 id보다도 깁니다.',
  };
  // No hook runs for it.
  void reply.headers(headersOfEveryAnswer(request.id));
  sendProblem(reply, { code: 'REQUEST.REFUSED', detail });
}

/** A host by RFC 9112: a name or address, and an optional port. Empty where the target has none. */
const HOST = /^[\w.~!$&'()*+,;=%:[\]-]*$/;

/** Takes over what Node would refuse by itself, with an empty answer, and what it lets pass against RFC 9112. */
export function refuseWithProblems(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', ({ raw }, _reply, done) => {
    const fault = faultOf(raw);
    done(fault ? new ApiError('REQUEST.MALFORMED', fault) : undefined);
  });
  // Of an expectation that it does not know, a server may think nothing.
  fastify.server.on('checkExpectation', (request, response) =>
    fastify.server.emit('request', request, response),
  );
}

const NO_HOST: Sentence = { en: 'The header Host is missing.', ko: 'Host 헤더가 없습니다.' };

const sentTwice = (header: string): Sentence => ({
  en: `The header ${header} is there more than once.`,
  ko: `${header} 헤더가 두 번 이상 있습니다.`,
});

function faultOf({ url = '', headers, rawHeaders, httpVersion }: IncomingMessage): Sentence | undefined {
  // The router takes what follows # for a query.
  if (url.includes('#')) return { en: 'The path has a fragment.', ko: '경로에 # 뒤의 부분이 있습니다.' };
  if (headers.host === undefined) return httpVersion === '1.1' ? NO_HOST : undefined;
  if (!HOST.test(headers.host)) {
    return { en: 'The header Host is no host.', ko: 'Host 헤더가 호스트가 아닙니다.' };
  }
  // Node keeps the first of several: a proxy on the way may have decided by the last.
  let hosts = 0;
  let types = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]!;
    if (name.length === 4 && name.toLowerCase() === 'host') hosts += 1;
    else if (name.length === 12 && name.toLowerCase() === 'content-type') types += 1;
  }
  if (hosts > 1) return sentTwice('Host');
  return types > 1 ? sentTwice('Content-Type') : undefined;
}
