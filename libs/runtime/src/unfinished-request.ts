import { type FastifyInstance } from 'fastify';
import { type ServerResponse, STATUS_CODES } from 'node:http';
import { type Socket } from 'node:net';

/** How long a client may take to read an answer after which the connection is closed, in ms. */
const LINGER_MS = 2_000;

/** The error of Node's HTTP parser for a request that it cannot parse, or that takes too long. */
export type ClientError = NodeJS.ErrnoException & { reason?: string };

export interface BareAnswer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** Connections whose last answer went out before its request was complete. */
const answeredEarly = new WeakSet<Socket>();

/** Lets {@link answerClientError} know of requests that were answered before their body had come. */
export function noteEarlyAnswers(fastify: FastifyInstance): void {
  fastify.addHook('onResponse', ({ raw }, _reply, done) => {
    if (!raw.complete) answeredEarly.add(raw.socket);
    done();
  });
}

/**
 * For Fastify's `clientErrorHandler`: answers on the bare socket, before any route is known, and closes the connection
 * even when the client does not. A request that has its answer, or that waits behind another one, gets none: the client
 * would take it for the answer to the other.
 */
export function answerClientError(error: ClientError, socket: Socket, answer: BareAnswer): void {
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable || hasOtherAnswer(socket)) {
    socket.destroy();
    return;
  }
  const { status, body } = answer;
  const headers = { ...answer.headers, 'content-length': Buffer.byteLength(body), connection: 'close' };
  const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  // Destroying at once could take the answer away from a client that still sends.
  setTimeout(() => socket.destroy(), LINGER_MS).unref();
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${head.join('')}\r\n${body}`);
}

/** The answer of an application that has no form of its own for errors on the bare socket. */
export function plainAnswer({ code }: ClientError): BareAnswer {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return { status: 408, headers: {}, body: '' };
  return { status: code === 'HPE_HEADER_OVERFLOW' ? 431 : 400, headers: {}, body: '' };
}

function hasOtherAnswer(socket: Socket): boolean {
  // Node's own handler of this error asks the same member: the answer that is under way on this connection.
  const { _httpMessage: response } = socket as { _httpMessage?: ServerResponse | null };
  if (response) return response.headersSent || response.req.complete;
  return answeredEarly.has(socket);
}
