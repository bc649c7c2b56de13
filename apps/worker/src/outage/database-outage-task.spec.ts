import { type Database } from '#inventory';
import { type ConsumerControl } from '#messaging';
import { type Schedule } from '#runtime';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { ConsoleLogger, Logger } from '@nestjs/common';
import { FailureRecorder } from '../dead-letters/failure-recorder.js';
import { DatabaseOutageTask } from './database-outage-task.js';

Logger.overrideLogger(new ConsoleLogger({ logLevels: ['fatal'] }));

const QUEUES = ['restock', 'goods-receipts', 'notifications', 'webhooks'];

describe('an outage of the database', () => {
  let isWritable: boolean;
  let paused: Set<string>;
  let look: () => Promise<unknown>;
  let task: DatabaseOutageTask;

  beforeEach(() => {
    isWritable = true;
    paused = new Set();
    const database = {
      assertWritable: () => (isWritable ? Promise.resolve() : Promise.reject(new Error('read-only'))),
    } as Database;
    const consumers: ConsumerControl = {
      pause: async (queues) => queues.forEach((queue) => paused.add(queue)),
      resume: async (queues) => queues.forEach((queue) => paused.delete(queue)),
      paused: async (queues) => queues.filter((queue) => paused.has(queue)),
    };
    const schedule = { every: (_name, _intervalMs, work) => void (look = work) } as Schedule;
    task = new DatabaseOutageTask(database, consumers, schedule);
  });

  const fail = (code: string) =>
    new FailureRecorder({ recordFailure: async () => undefined } as never, task).recordFailure({
      queue: 'restock',
      messageId: '1',
      receiveCount: 1,
      code,
      detail: '',
      failedAt: new Date(0),
    });

  it('pauses the queues at the first handler that meets it, before the next look', async () => {
    await fail('DATABASE.UNAVAILABLE');
    expect([...paused]).toEqual(QUEUES);
  });

  it('does not begin after another failure of a handler', async () => {
    await fail('FACTORY.TIMEOUT');
    expect([...paused]).toEqual([]);
  });

  it('that another process met ends after two good answers from then on, whatever was answered before', async () => {
    await look();
    await look();
    for (const queue of QUEUES) paused.add(queue);
    await look();
    expect([...paused]).toEqual(QUEUES);
    await look();
    expect([...paused]).toEqual([]);
  });

  it('pauses what is not paused yet, where a pause went half way', async () => {
    paused.add('restock');
    await fail('DATABASE.UNAVAILABLE');
    expect([...paused]).toEqual(QUEUES);
  });

  it('ends after two good answers in a row, so that a failover that comes and goes uses up no receives', async () => {
    isWritable = false;
    await look();
    expect([...paused]).toEqual(QUEUES);
    isWritable = true;
    await look();
    expect([...paused]).toEqual(QUEUES);
    isWritable = false;
    await look();
    isWritable = true;
    await look();
    expect([...paused]).toEqual(QUEUES);
    await look();
    expect([...paused]).toEqual([]);
  });
});
