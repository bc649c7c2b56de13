import { STATUS_CODES } from 'node:http';
import { type Socket } from 'node:net';
import { type ApiErrorCode } from './error-catalogue.js';
import { problem, problemHeaders } from './problem.js';

const CODE_OF_ERROR: Record<string, ApiErrorCode> = {
  HPE_HEADER_OVERFLOW: 'REQUEST.HEADERS_TOO_LARGE',
  ERR_HTTP_REQUEST_TIMEOUT: 'REQUEST.TIMEOUT',
};

/** Answers what is no HTTP that Node can read, before any route is known: on the bare socket, and closes it. */
export function answerUnreadable(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) {
    socket.destroy();
    return;
  }
  const body = problem(CODE_OF_ERROR[error.code ?? ''] ?? 'REQUEST.MALFORMED');
  const text = JSON.stringify(body);
  const headers = { ...problemHeaders(body), 'content-length': Buffer.byteLength(text), connection: 'close' };
  const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${body.status} ${STATUS_CODES[body.status]}\r\n${head.join('')}\r\n${text}`);
}
