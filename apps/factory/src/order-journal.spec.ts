import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { EnvironmentError } from '#runtime';
import {
  appendFileSync,
  copyFileSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '../../../libs/runtime/src/testing/eventually.js';
import { CallbackSettings } from './callback-settings.js';
import { OrderJournal } from './order-journal.js';
import { CallbackReceiver } from './testing/callback-receiver.js';
import { TestFactory } from './testing/test-factory.js';

/** A callback that fails once stays pending for the rest of the test. */
const NEVER_AGAIN = new CallbackSettings(5_000, [3_600_000]);

describe('OrderJournal', () => {
  let folder: string;
  let receiver: CallbackReceiver;
  const running: TestFactory[] = [];

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'factory-'));
    receiver = await CallbackReceiver.start();
  });

  afterEach(async () => {
    for (const factory of running.splice(0)) await factory.stop();
    await receiver.stop();
    rmSync(folder, { recursive: true });
  });

  const start = async (stateFile: string) => {
    const factory = await TestFactory.start({}, { stateFile, callbacks: NEVER_AGAIN });
    running.push(factory);
    return factory;
  };
  const order = (factory: TestFactory, MessageAttributeProductId: string) =>
    factory.order({ MessageAttributeProductId, CallbackUrl: receiver.url });

  /** The file as a kill -9 leaves it: every finished write is there, the last one may be torn. */
  const killedCopy = (stateFile: string) => {
    const copy = `${stateFile}.killed`;
    copyFileSync(stateFile, copy);
    appendFileSync(copy, '{"entry":"accepted","order":{"numb');
    return copy;
  };

  it('lets a killed factory finish its accepted orders, and repeats no delivery', async () => {
    const stateFile = join(folder, 'new', 'factory.jsonl');
    const factory = await start(stateFile);
    await order(factory, 'DELIVERED-BEFORE');
    await factory.settledOrders();
    receiver.answer = 503;
    await order(factory, 'PENDING');
    await eventually(() => receiver.callbacks.length === 2);

    const copy = killedCopy(stateFile);
    receiver.answer = 200;
    receiver.callbacks.length = 0;
    const next = await start(copy);
    const orders = await next.settledOrders();
    expect(orders).toMatchObject([
      { number: 2, productId: 'PENDING', callbacks: [{ state: 'DELIVERED', tries: 1 }] },
      { number: 1, productId: 'DELIVERED-BEFORE', callbacks: [{ state: 'DELIVERED', tries: 1 }] },
    ]);
    expect(receiver.callbacks.map((callback) => callback.MessageAttributeProductId)).toEqual(['PENDING']);

    await order(next, 'AFTER');
    expect((await next.settledOrders()).map(({ number }) => number)).toEqual([3, 2, 1]);
  });

  it('keeps callbacks that are not yet due until their due time', async () => {
    const stateFile = join(folder, 'factory.jsonl');
    const factory = await start(stateFile);
    await factory.changeFaults({ leadTimeMs: 3_600_000 });
    await order(factory, 'CP-1');
    const before = await factory.orders();
    const next = await start(killedCopy(stateFile));
    expect(await next.orders()).toEqual(before);
    expect(receiver.callbacks).toEqual([]);
  });

  it('keeps only changed faults over a restart', async () => {
    const stateFile = join(folder, 'factory.jsonl');
    const factory = await start(stateFile);
    await factory.changeFaults({ failurePercent: 5 });
    await factory.changeFaults({ failurePercent: 6, seed: 99 });
    const before = await factory.faults();
    const copy = killedCopy(stateFile);
    expect(await (await start(copy)).faults()).toEqual(before);
    expect(new OrderJournal(copy).found.faultChange).toEqual({ failurePercent: 6, seed: 99 });
  });

  it('compacts the file at the start, lets only its owner read it, and drops an incomplete line', async () => {
    const stateFile = join(folder, 'factory.jsonl');
    const factory = await start(stateFile);
    for (let number = 1; number <= 5; number++) await order(factory, 'CP-1');
    await factory.settledOrders();
    const copy = killedCopy(stateFile);
    expect(new OrderJournal(copy).found).toMatchObject({ brokenLines: [12] });
    await start(copy);
    expect(readFileSync(copy, 'utf8').trimEnd().split('\n')).toHaveLength(6);
    expect(statSync(copy).mode & 0o777).toBe(0o600);
    expect(new OrderJournal(copy).found).toMatchObject({ brokenLines: [] });
  });

  it('does not touch the file before it is opened: a second factory may still fail to get the port', () => {
    const stateFile = join(folder, 'factory.jsonl');
    writeFileSync(stateFile, '{"entry":"faults","change":{"seed":3}}\nrubbish\n');
    expect(new OrderJournal(stateFile).found).toMatchObject({ faultChange: { seed: 3 }, brokenLines: [2] });
    expect(readFileSync(stateFile, 'utf8')).toContain('rubbish');
  });

  it('reports that it cannot write the file', () => {
    expect(() => new OrderJournal(folder)).toThrow(EnvironmentError);
    expect(() => new OrderJournal(folder)).toThrow(/FACTORY_STATE_FILE cannot be kept/);
  });
});
