import {
  type APIGatewayProxyEventHeaders,
  type APIGatewayProxyEventV2,
  type APIGatewayProxyStructuredResultV2,
} from 'aws-lambda';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';

type Invoke = (event: APIGatewayProxyEventV2) => Promise<unknown>;

/** As API Gateway answers for a function that failed. */
const FAILED: APIGatewayProxyStructuredResultV2 = {
  statusCode: 500,
  headers: { 'content-type': 'application/json' },
  body: '{"message":"Internal Server Error"}',
};

/** An HTTP API in front of one function: every request is an event of payload version 2.0. */
export function createHttpApi(invoke: Invoke): Server {
  return createServer((request, response) => {
    answer(request, response, invoke).catch((error: unknown) => {
      console.error(error);
      send(response, FAILED);
    });
  });
}

async function answer(request: IncomingMessage, response: ServerResponse, invoke: Invoke): Promise<void> {
  const result = await invoke(eventOf(request, await buffer(request)));
  send(response, result as APIGatewayProxyStructuredResultV2);
}

function eventOf(request: IncomingMessage, body: Buffer): APIGatewayProxyEventV2 {
  const { url = '/', method = 'GET', socket } = request;
  const [rawPath = '/', rawQueryString = ''] = split(url);
  const headers: APIGatewayProxyEventHeaders = {};
  for (const [name, values] of Object.entries(request.headersDistinct)) headers[name] = values!.join(',');
  const { cookie, ...rest } = headers;
  const http = {
    ...{ method, path: rawPath, protocol: 'HTTP/1.1' },
    ...{ sourceIp: socket.remoteAddress ?? '', userAgent: headers['user-agent'] ?? '' },
  };
  const now = new Date();
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath,
    rawQueryString,
    ...(cookie !== undefined && { cookies: cookie.split('; ') }),
    headers: rest,
    ...(rawQueryString && { queryStringParameters: Object.fromEntries(new URLSearchParams(rawQueryString)) }),
    requestContext: {
      ...{ accountId: '000000000000', apiId: 'local', domainName: 'localhost', domainPrefix: 'local' },
      ...{ http, requestId: crypto.randomUUID(), routeKey: '$default', stage: '$default' },
      ...{ time: now.toUTCString(), timeEpoch: now.getTime() },
    },
    ...(body.length > 0 && { body: body.toString('base64') }),
    isBase64Encoded: body.length > 0,
  };
}

function split(url: string): [string, string] {
  const at = url.indexOf('?');
  return at < 0 ? [url, ''] : [url.slice(0, at), url.slice(at + 1)];
}

function send(response: ServerResponse, result: APIGatewayProxyStructuredResultV2): void {
  const { statusCode = 200, headers = {}, cookies, body = '', isBase64Encoded } = result;
  response.statusCode = statusCode;
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, String(value));
  if (cookies) response.setHeader('set-cookie', cookies);
  response.end(isBase64Encoded ? Buffer.from(body, 'base64') : body);
}
