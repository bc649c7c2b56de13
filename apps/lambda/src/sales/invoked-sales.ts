import { DeadLetterService, OutboxService } from '#inventory';
import { QueuePublisher } from '#messaging';
import { readEnvironment } from '#runtime';
import awsLambdaFastify from '@fastify/aws-lambda';
import { Logger } from '@nestjs/common';
import { type APIGatewayProxyEventV2, type APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { createSalesApplication } from '../../../sales/src/application.js';
import { SalesEnvironment } from '../../../sales/src/environment.js';
import { OutboxRelay } from '../../../worker/src/outbox/outbox-relay.js';
import { type Secrets } from '../secrets.js';

type Answer = (event: APIGatewayProxyEventV2) => Promise<APIGatewayProxyStructuredResultV2>;

/** How long a buyer waits for the queue at most, in ms: the sale is made, and the schedule sends what waits. */
const RELAY_LIMIT_MS = 1_000;

/** Methods that write nothing. */
const READS = ['GET', 'HEAD', 'OPTIONS'];

/** The sales service without a socket: each event of the API is a request to it. */
export async function startSales(secrets: Secrets): Promise<Answer> {
  await secrets.load();
  const { application } = await createSalesApplication(readEnvironment(SalesEnvironment), {
    isInvoked: true,
  });
  await application.init();
  const fastify = application.getHttpAdapter().getInstance();
  await fastify.ready();
  const [outbox, publisher, deadLetters] = [OutboxService, QueuePublisher, DeadLetterService].map((type) =>
    application.get<unknown>(type, { strict: false }),
  ) as [OutboxService, QueuePublisher, DeadLetterService];
  const relay = new OutboxRelay(outbox, publisher, deadLetters);
  const logger = new Logger('InvokedSales');
  const request = awsLambdaFastify(fastify, {
    decorateRequest: false,
    parseCommaSeparatedQueryParams: false,
  });
  return async (event) => {
    const answer = await request(asOneUrl(event), {} as never);
    if (!READS.includes(event.requestContext.http.method)) {
      // No process looks into the outbox all the time here: what this request wrote goes on its way at once.
      await relay
        .relayWithin(RELAY_LIMIT_MS)
        .catch((error: unknown) => logger.warn(`The outbox waits: ${String(error)}`));
    }
    return answer;
  };
}

/** With the query as it was sent. The API joins the values of a repeated parameter, so that they look like one. */
function asOneUrl(event: APIGatewayProxyEventV2): APIGatewayProxyEventV2 {
  const { rawPath, rawQueryString } = event;
  const url = rawQueryString ? `${rawPath}?${rawQueryString}` : rawPath;
  return { ...event, rawPath: url, queryStringParameters: undefined };
}
