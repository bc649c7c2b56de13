import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  ChangeMessageVisibilityCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startQueueServer } from './queue-server.js';

const queues = ['restock', 'probe'].map((name) => ({ name, deadLetterQueue: `${name}-dlq` }));

type RunningQueue = Awaited<ReturnType<typeof startQueueServer>>;

describe('the embedded queue', () => {
  let dataDirectory: string;
  let server: RunningQueue;
  let client: SQSClient;

  const start = async (changes: { maxReceiveCount?: number; visibilityTimeoutSeconds?: number } = {}) => {
    server = await startQueueServer({
      host: '127.0.0.1',
      port: 0,
      dataDirectory,
      region: 'ap-northeast-2',
      queues,
      visibilityTimeoutSeconds: 36,
      maxReceiveCount: 3,
      ...changes,
    });
    client = new SQSClient({
      endpoint: `http://127.0.0.1:${server.port}`,
      region: 'ap-northeast-2',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    });
  };
  const stop = async () => {
    client.destroy();
    await server.stop();
  };
  const urlOf = (name: string) => `http://127.0.0.1:${server.port}/000000000000/${name}`;
  const attributesOf = async (name: string) => {
    const { Attributes = {} } = await client.send(
      new GetQueueAttributesCommand({ QueueUrl: urlOf(name), AttributeNames: ['All'] }),
    );
    return Attributes;
  };
  const receive = async (name: string) => {
    const { Messages = [] } = await client.send(
      new ReceiveMessageCommand({ QueueUrl: urlOf(name), MessageSystemAttributeNames: ['All'] }),
    );
    return Messages;
  };

  beforeEach(async () => {
    dataDirectory = mkdtempSync(join(tmpdir(), 'queue-server-'));
    await start();
  });
  afterEach(async () => {
    await stop();
    rmSync(dataDirectory, { recursive: true });
  });

  it('has every queue with its dead-letter queue', async () => {
    for (const { name, deadLetterQueue: deadLetterName } of queues) {
      const deadLetterQueue = await attributesOf(deadLetterName);
      expect(deadLetterQueue.MessageRetentionPeriod).toBe(String(14 * 24 * 60 * 60));
      const queue = await attributesOf(name);
      expect(queue.VisibilityTimeout).toBe('36');
      expect(JSON.parse(queue.RedrivePolicy ?? '{}')).toEqual({
        deadLetterTargetArn: deadLetterQueue.QueueArn,
        maxReceiveCount: 3,
      });
    }
  });

  it('keeps messages over a restart, and takes over new attributes', async () => {
    await client.send(new SendMessageCommand({ QueueUrl: urlOf('restock'), MessageBody: 'ten donuts' }));
    await stop();
    await start({ maxReceiveCount: 5, visibilityTimeoutSeconds: 60 });
    const { VisibilityTimeout, RedrivePolicy } = await attributesOf('restock');
    expect(VisibilityTimeout).toBe('60');
    expect(RedrivePolicy).toMatch(/"maxReceiveCount":5/);
    expect(await receive('restock')).toMatchObject([{ Body: 'ten donuts' }]);
  });

  it('hands out again, with its receive count, a message that a consumer gives back at once', async () => {
    await client.send(new SendMessageCommand({ QueueUrl: urlOf('restock'), MessageBody: 'ten donuts' }));
    const [first] = await receive('restock');
    await client.send(
      new ChangeMessageVisibilityCommand({
        QueueUrl: urlOf('restock'),
        ReceiptHandle: first?.ReceiptHandle,
        VisibilityTimeout: 0,
      }),
    );
    await stop();
    await start();
    expect(await receive('restock')).toMatchObject([
      { Body: 'ten donuts', Attributes: { ApproximateReceiveCount: '2' } },
    ]);
  });

  it('can be reached from this machine only', async () => {
    // A second address of the loopback interface: answered by a server that listens on every address.
    const outcome = await new Promise<string>((resolve) => {
      const socket = connect({ host: '127.0.0.2', port: server.port, timeout: 1_000 });
      const end = (text: string) => {
        socket.destroy();
        resolve(text);
      };
      socket.once('connect', () => end('connected'));
      socket.once('timeout', () => end('no answer'));
      socket.once('error', () => end('refused'));
    });
    expect(outcome).not.toBe('connected');
  });
});
