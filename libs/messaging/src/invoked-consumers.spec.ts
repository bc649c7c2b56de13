import { type QueueName, queueUrl } from '#queues';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Message, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { ConsoleLogger, Injectable, Logger } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { setTimeout as sleep } from 'node:timers/promises';
import { ConsumerControl } from './consumer-gate.js';
import { DELIVERY_FAILURE_RECORDER, type DeliveryFailure } from './delivery-failures.js';
import { ConsumerSetupError, RetryLaterError } from './errors.js';
import { InvokedConsumers } from './invoked-consumers.js';
import { MessagingModule } from './messaging.module.js';
import { type EmbeddedQueue, startEmbeddedQueue } from './testing/embedded-queue.js';
import { probeConsumers, probeDeadLetters, type ProbeDelivery, probeHandler } from './testing/test-worker.js';

Logger.overrideLogger(new ConsoleLogger({ logLevels: ['fatal'] }));

class NoControl extends ConsumerControl {
  override pause = async () => undefined;
  override resume = async () => undefined;
  override paused = async () => [];
}

@Injectable()
class Recorder {
  readonly failures: DeliveryFailure[] = [];
  readonly forgotten: string[] = [];

  async recordFailure(failure: DeliveryFailure): Promise<void> {
    await sleep(20);
    this.failures.push(failure);
  }

  async forget(messageId: string): Promise<void> {
    this.forgotten.push(messageId);
  }
}

describe('consumers that are invoked', () => {
  let queue: EmbeddedQueue;
  let sqs: SQSClient;
  let running: TestingModule;
  let recorder: Recorder;
  let handled: number[];
  let handle: (delivery: ProbeDelivery) => Promise<void>;

  beforeEach(async () => {
    queue = await startEmbeddedQueue();
    Object.assign(process.env, queue.environment);
    sqs = new SQSClient({ region: queue.region });
    recorder = new Recorder();
    handled = [];
    handle = async () => undefined;
    running = await start();
  });

  afterEach(async () => {
    await running.close();
    await queue.stop();
  });

  async function start(handlers = [probeHandler(receive), probeDeadLetters()]): Promise<TestingModule> {
    const options = probeConsumers(queue, { visibilityTimeoutSeconds: 30 });
    const created = await Test.createTestingModule({
      imports: [MessagingModule.forRoot(options), MessagingModule.forInvocations(options, new NoControl())],
      providers: [...handlers, { provide: DELIVERY_FAILURE_RECORDER, useValue: recorder }],
    }).compile();
    return created.init();
  }

  async function receive(delivery: ProbeDelivery): Promise<void> {
    await handle(delivery);
    handled.push(delivery.message.input);
  }

  /** As the platform polls. */
  async function poll(name: QueueName = 'probe'): Promise<Message[]> {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: queueUrl(queue.urlPrefix, name),
        MaxNumberOfMessages: 10,
        VisibilityTimeout: 30,
        MessageSystemAttributeNames: ['All'],
      }),
    );
    return Messages;
  }

  const consumers = () => running.get(InvokedConsumers);

  it('handle ten messages of which one is broken, and name that one alone', async () => {
    const ids: string[] = [];
    for (let input = 0; input < 9; input += 1) ids.push(await queue.send('probe', JSON.stringify({ input })));
    const broken = await queue.send('probe', 'no JSON');
    expect(await consumers().handle('probe', await poll())).toEqual([broken]);
    expect(handled.sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    // Recorded by the time at which the environment may be frozen.
    expect(recorder.failures).toMatchObject([
      { queue: 'probe', messageId: broken, receiveCount: 1, code: 'MESSAGE.CONTRACT_BROKEN' },
    ]);
  });

  it('hide a failed message until its next attempt makes sense, and not until its visibility timeout', async () => {
    handle = () => Promise.reject(new RetryLaterError('not yet', 2));
    const id = await queue.send('probe', '{"input":1}');
    expect(await consumers().handle('probe', await poll())).toEqual([id]);
    expect(await poll()).toEqual([]);
    await sleep(2_200);
    handle = async () => undefined;
    const again = await poll();
    expect(again).toMatchObject([{ MessageId: id, Attributes: { ApproximateReceiveCount: '2' } }]);
    expect(await consumers().handle('probe', again)).toEqual([]);
    expect(recorder.forgotten).toEqual([id]);
  });

  it('give a handler its time limit', async () => {
    handle = () => sleep(4_000);
    const id = await queue.send('probe', '{"input":1}');
    expect(await consumers().handle('probe', await poll())).toEqual([id]);
    expect(recorder.failures).toMatchObject([{ code: 'HANDLER.TIMEOUT' }]);
    // It is not frozen in the middle of what it does.
    expect(handled).toEqual([1]);
  });

  it('refuse messages of a queue that they do not have', async () => {
    await expect(consumers().handle('other-probe', [])).rejects.toThrow(/no consumer/);
    await expect(consumers().handle('restock', [])).rejects.toThrow(/no consumer/);
  });

  it('do not start without a handler for each queue', async () => {
    await expect(start([probeDeadLetters()])).rejects.toThrow(ConsumerSetupError);
  });
});
