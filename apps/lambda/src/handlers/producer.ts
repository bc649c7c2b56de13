import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { type APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { BOUNDED } from '../bounded-client.js';
import { BadRequest, type BodyEvent, messageAnswer, probeRequest } from '../course/probe-request.js';
import { variables } from '../environment.js';

const sqs = new SQSClient({ ...BOUNDED, useQueueUrlAsEndpoint: true });

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
