import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { AwsStandIn } from '../testing/aws-stand-in.js';
import { EventSourceMappings } from './event-source-mappings.js';

const VARIABLES = {
  AWS_REGION: 'ap-northeast-2',
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
  QUEUE_URL_PREFIX: 'https://sqs.ap-northeast-2.amazonaws.com/000000000000/dev-',
  WORKER_FUNCTION_NAME: 'dev-worker',
};

const arn = (name: string) => `arn:aws:sqs:ap-northeast-2:000000000000:${name}`;

describe('the event source mappings of the worker', () => {
  let lambda: AwsStandIn;
  let states: Record<string, string>;
  let control: EventSourceMappings;

  beforeEach(async () => {
    states = { 'dev-restock': 'Enabled', 'dev-restock-dlq': 'Enabled', 'dev-notifications': 'Enabled' };
    lambda = await AwsStandIn.listen(({ method, path, body }) => {
      if (method === 'GET') {
        const mappings = Object.entries(states).map(([name, State]) => ({
          ...{ UUID: `id-of-${name}`, EventSourceArn: arn(name), State },
        }));
        return { EventSourceMappings: mappings };
      }
      states[path.split('id-of-')[1]!.replace('/', '')] = body.Enabled ? 'Enabling' : 'Disabling';
      return {};
    });
    Object.assign(process.env, VARIABLES, { AWS_ENDPOINT_URL_LAMBDA: lambda.url });
    control = new EventSourceMappings();
  });

  afterEach(async () => {
    delete process.env.WORKER_FUNCTION_NAME;
    await lambda.close();
  });

  it('are those of the queues that are paused and resumed, and no others', async () => {
    expect(await control.paused(['restock', 'notifications'])).toEqual([]);
    await control.pause(['restock']);
    expect(states).toEqual({
      'dev-restock': 'Disabling',
      'dev-restock-dlq': 'Enabled',
      'dev-notifications': 'Enabled',
    });
    expect(lambda.requests[0]!.path).toContain('FunctionName=dev-worker');
    states['dev-restock'] = 'Disabled';
    // Another environment sees it, too.
    expect(await new EventSourceMappings().paused(['restock', 'notifications'])).toEqual(['restock']);
    expect(await control.paused(['notifications'])).toEqual([]);
    await control.resume(['restock', 'notifications']);
    expect(await control.paused(['restock', 'notifications'])).toEqual([]);
  });

  it('do not exist in a local run', async () => {
    delete process.env.WORKER_FUNCTION_NAME;
    await control.pause(['restock']);
    expect(await control.paused(['restock'])).toEqual([]);
    expect(lambda.requests).toEqual([]);
  });
});
