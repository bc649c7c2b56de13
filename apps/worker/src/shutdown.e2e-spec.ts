import { RestockOrder, RestockService } from '#inventory';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type ChildProcess, fork } from 'node:child_process';
import { type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Warehouse } from '../../../libs/inventory/src/testing/warehouse.js';
import {
  type EmbeddedQueue,
  startEmbeddedQueue,
} from '../../../libs/messaging/src/testing/embedded-queue.js';
import { eventually } from '../../../libs/runtime/src/testing/eventually.js';
import { freePorts } from '../../../libs/runtime/src/testing/free-ports.js';
import { StandIn } from './testing/worker-under-test.js';

const WORKER = join(import.meta.dirname, '../../../dist/apps/worker/src/main.js');

/** Longer than what counts as the same signal, and the two are within a second. */
const BETWEEN_SIGNALS_MS = 600;

describe('the process of the worker', () => {
  let warehouse: Warehouse;
  let queue: EmbeddedQueue;
  let factory: StandIn;
  let child: ChildProcess;
  let output: string;

  beforeEach(async () => {
    [warehouse, queue, factory] = await Promise.all([
      Warehouse.open('embedded'),
      startEmbeddedQueue(),
      StandIn.listen(),
    ]);
    await warehouse.dataSource.query('UPDATE factory SET api_url = ?', [factory.url]);
    const [port] = await freePorts(1);
    const { PATH, HOME, TMPDIR } = process.env;
    output = '';
    child = fork(WORKER, [], {
      env: {
        ...{ PATH, HOME, TMPDIR },
        ...queue.environment,
        CALLBACK_BASE_URL: 'http://sales.example',
        CALLBACK_SIGNING_KEY: 'a-signing-key-of-32-characters-or-more',
        DATABASE_URL: warehouse.database.url,
        DRAIN_DELAY_MS: '0',
        LOG_FORMAT: 'text',
        MAIL_FROM: 'from@example.com',
        OPERATIONS_EMAIL: 'operations@example.com',
        OUTBOX_INTERVAL_MS: '50',
        QUEUE_URL_PREFIX: queue.urlPrefix,
        QUEUE_WAIT_SECONDS: '1',
        WORKER_PORT: String(port),
      },
      silent: true,
      execArgv: [],
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream!.on('data', (chunk: Buffer) => (output += chunk.toString()));
    }
  }, 30_000);

  afterEach(async () => {
    child.kill('SIGKILL');
    await Promise.all([factory.close(), queue.stop()]);
    await warehouse.close();
  });

  it('asks the factory once although SIGTERM comes twice within a second, with the order in hand', async () => {
    const asked = new Promise<ServerResponse>((resolve) => (factory.answer = resolve));
    await warehouse.stockProduct('CP-1', 0);
    await warehouse.get(RestockService).review('CP-1');
    const response = await asked;
    const ended = new Promise<number | string | null>((resolve) =>
      child.once('close', (status, signal) => resolve(signal ?? status)),
    );

    child.kill('SIGTERM');
    await sleep(BETWEEN_SIGNALS_MS);
    child.kill('SIGTERM');
    await eventually(() => expect(output).toMatch(/Draining already/), 5_000);
    response.writeHead(201).end('{}');

    expect(await ended).toBe(0);
    expect(factory.requests).toHaveLength(1);
    // Nothing is left that a next process would ask the factory for.
    const { manager } = warehouse.dataSource;
    expect(await manager.findOneByOrFail(RestockOrder, { sku: 'CP-1' })).toMatchObject({
      status: 'ORDERED',
      attempts: 1,
    });
    expect(await queue.count('restock')).toBe(0);
  }, 60_000);
});
