import {
  createServer,
  type IncomingHttpHeaders,
  request as httpRequest,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { buffer } from 'node:stream/consumers';

/** serverless-offline says so for a path that no function has. */
const NO_ROUTE = 'Serverless-offline: route not found.';

/** What the two kinds of API answer for such a path: the REST API under its stage, the HTTP API everywhere else. */
const MISSING_PATHS = [
  { prefix: '/dev/', status: 403, body: { message: 'Missing Authentication Token' } },
  { prefix: '/', status: 404, body: { message: 'Not Found' } },
];

/** Passes requests on to serverless-offline, and answers as AWS does where that has an answer of its own. */
export function createGateway(port: number): Server {
  return createServer((request, response) => {
    pass(request, response, port).catch((error: unknown) => {
      console.error(error);
      if (!response.headersSent) response.writeHead(502);
      response.end();
    });
  });
}

async function pass(request: IncomingMessage, response: ServerResponse, port: number): Promise<void> {
  const { method, url = '/', headers } = request;
  const body = await buffer(request);
  const upstream = await new Promise<IncomingMessage>((resolve, reject) => {
    httpRequest(
      { host: '127.0.0.1', port, method, path: url, headers: without(headers, HOP_BY_HOP) },
      resolve,
    )
      .once('error', reject)
      .end(body);
  });
  const answer = await buffer(upstream);
  if (upstream.statusCode === 404 && answer.includes(NO_ROUTE)) {
    const { status, body: message } = MISSING_PATHS.find(({ prefix }) => url.startsWith(prefix))!;
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(message));
    return;
  }
  response.writeHead(upstream.statusCode!, without(upstream.headers, HOP_BY_HOP)).end(answer);
}

/** Headers of one connection, which the next has its own of. */
const HOP_BY_HOP = ['connection', 'keep-alive', 'transfer-encoding'];

function without(headers: IncomingHttpHeaders, names: readonly string[]): IncomingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !names.includes(name)));
}
