import 'reflect-metadata';
import { type APIGatewayProxyEventV2, type APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { problem, problemHeaders } from '../../../sales/src/problem/problem.js';
import { startSales } from '../sales/invoked-sales.js';
import { Secrets } from '../secrets.js';
import { Started } from '../started.js';

/** How long a request waits for an environment that starts, in ms: below the 30 s of the API. */
const START_LIMIT_MS = 20_000;

const secrets = Secrets.fromEnvironment();
const application = new Started(() => startSales(secrets));
await application.initialised();

/** The sales service behind an HTTP API. */
export async function sales(event: APIGatewayProxyEventV2): Promise<APIGatewayProxyStructuredResultV2> {
  await secrets.refresh();
  let answer;
  try {
    answer = await application.get(START_LIMIT_MS);
  } catch (error) {
    console.error('The sales service did not start:', error);
    return unavailable();
  }
  return answer(event);
}

function unavailable(): APIGatewayProxyStructuredResultV2 {
  const refusal = problem({ code: 'DATABASE.UNAVAILABLE' });
  return {
    statusCode: refusal.status,
    headers: { ...problemHeaders(refusal), 'content-language': 'en' },
    body: JSON.stringify(refusal),
  };
}
