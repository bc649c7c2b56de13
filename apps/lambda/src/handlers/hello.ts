import { probeAnswer } from '#queues';
import { type APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { BadRequest, type BodyEvent, messageAnswer, probeRequest } from '../course/probe-request.js';

/** Step 1 of the course: a function behind an API, which adds one. */
export async function hello(event: BodyEvent): Promise<APIGatewayProxyStructuredResultV2> {
  try {
    return messageAnswer(200, probeAnswer(probeRequest(event)));
  } catch (error) {
    if (error instanceof BadRequest) return messageAnswer(400, error.message);
    throw error;
  }
}
