import { contractFaults, type ProbeMessage } from '#queues';
import { type APIGatewayProxyStructuredResultV2 } from 'aws-lambda';

/** What both kinds of API, REST and HTTP, tell of a request. */
export interface BodyEvent {
  body?: string | null;
  isBase64Encoded?: boolean;
}

/** Why the caller's body is refused. It names places, never values. */
export class BadRequest extends Error {}

/** @throws BadRequest unless the body is `{ "input": NUMBER }`, with or without `delayMs` */
export function probeRequest({ body, isBase64Encoded }: BodyEvent): ProbeMessage {
  if (!body) throw new BadRequest('No body was found');
  const request = parse(isBase64Encoded ? Buffer.from(body, 'base64').toString() : body);
  const faults = contractFaults('probe', request);
  if (faults.length > 0) throw new BadRequest(`The body is not { "input": NUMBER }: ${faults.join('; ')}`);
  return request as ProbeMessage;
}

/** The answer of a function behind an API, for a browser of any site as well. */
export function messageAnswer(statusCode: number, message: string): APIGatewayProxyStructuredResultV2 {
  return {
    statusCode,
    headers: { 'content-type': 'application/json; charset=utf-8', 'access-control-allow-origin': '*' },
    body: JSON.stringify({ message }),
  };
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw new BadRequest('The body is not JSON');
  }
}
