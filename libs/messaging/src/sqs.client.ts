import { SQSClient } from '@aws-sdk/client-sqs';

const CONNECT_TIMEOUT_MS = 1_000;

/**
 * A client that gives up after `requestTimeoutMs` and tries twice, so a queue that hangs cannot hang its caller
 * for longer than twice that. Endpoint and credentials come from the SDK's own variables.
 */
export function createSqsClient(region: string, requestTimeoutMs: number): SQSClient {
  return new SQSClient({
    region,
    maxAttempts: 2,
    useQueueUrlAsEndpoint: true,
    requestHandler: {
      connectionTimeout: CONNECT_TIMEOUT_MS,
      requestTimeout: requestTimeoutMs,
      // Without it the SDK only warns, and waits on.
      throwOnRequestTimeout: true,
    },
  });
}
