import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { type APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { BadRequest, type BodyEvent, messageAnswer, probeRequest } from '../course/probe-request.js';
import { variables } from '../environment.js';

/** Two attempts of a hung queue end within the function's 6 s. */
const sqs = new SQSClient({
  maxAttempts: 2,
  useQueueUrlAsEndpoint: true,
  requestHandler: { connectionTimeout: 1_000, requestTimeout: 2_000, throwOnRequestTimeout: true },
});

/** Step 2 of the course: hands the work over to a queue, and answers at once. `QUEUE_URL` is its queue. */
export async function producer(event: BodyEvent): Promise<APIGatewayProxyStructuredResultV2> {
  try {
    const request = probeRequest(event);
    await sqs.send(
      new SendMessageCommand({
        QueueUrl: variables.QUEUE_URL,
        MessageBody: JSON.stringify(request),
        MessageAttributes: { AttributeName: { StringValue: 'Attribute Value', DataType: 'String' } },
      }),
    );
    return messageAnswer(200, 'Message accepted!');
  } catch (error) {
    if (error instanceof BadRequest) return messageAnswer(400, error.message);
    // The caller learns that it failed, and the log why.
    console.error(error);
    return messageAnswer(500, 'The queue did not take the message');
  }
}
