import { answerClientError, type ClientError } from '#runtime';
import { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { type Socket } from 'node:net';
import { type ApiErrorCode } from './error-catalogue.js';
import { ApiError, problem, problemHeaders } from './problem.js';

const CODE_OF_ERROR: Record<string, ApiErrorCode> = {
  HPE_HEADER_OVERFLOW: 'REQUEST.HEADERS_TOO_LARGE',
  ERR_HTTP_REQUEST_TIMEOUT: 'REQUEST.TIMEOUT',
};

/** Answers what is no HTTP that Node can read, or comes too slowly, before any route is known, and closes the connection. */
export function answerUnreadable(error: ClientError, socket: Socket): void {
  const refusal = problem(CODE_OF_ERROR[error.code ?? ''] ?? 'REQUEST.MALFORMED', error.reason);
  answerClientError(error, socket, {
    status: refusal.status,
    headers: problemHeaders(refusal),
    body: JSON.stringify(refusal),
  });
}

/** Answers a path that cannot be decoded, or has a part too long for any id, before its route is known. */
export function answerUnroutable(error: FastifyError, _request: FastifyRequest, reply: FastifyReply): void {
  const body = problem('REQUEST.REFUSED', error.message);
  void reply.code(body.status).headers(problemHeaders(body)).send(body);
}

/** Takes over what Node would refuse by itself, with an empty answer. */
export function refuseWithProblems(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', ({ headers, raw }, _reply, done) => {
    const isHostMissing = headers.host === undefined && raw.httpVersion === '1.1';
    done(isHostMissing ? new ApiError('REQUEST.MALFORMED', 'The header Host is missing.') : undefined);
  });
  // Of an expectation that it does not know, a server may think nothing.
  fastify.server.on('checkExpectation', (request, response) =>
    fastify.server.emit('request', request, response),
  );
}
