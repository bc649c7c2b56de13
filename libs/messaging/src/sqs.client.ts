import { SQSClient } from '@aws-sdk/client-sqs';

const CONNECT_TIMEOUT_MS = 1_000;

/**
 * A client that tries a request twice, each time for `requestTimeoutMs`, so that a queue which hangs cannot block its caller
 * for longer. Endpoint and credentials come from the SDK's own variables.
 */
export function createSqsClient(region: string, requestTimeoutMs: number): SQSClient {
  return new SQSClient({
    region,
    maxAttempts: 2,
    useQueueUrlAsEndpoint: true,
    requestHandler: {
      connectionTimeout: CONNECT_TIMEOUT_MS,
      requestTimeout: requestTimeoutMs,
      // Without it the SDK only warns, and goes on waiting.
      throwOnRequestTimeout: true,
    },
  });
}
