import { Factory, type RestockOrder } from '#inventory';
import { afterEach, describe, expect, it } from '@jest/globals';
import { type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../../../../libs/runtime/src/testing/eventually.js';
import { StandIn, WorkerUnderTest } from '../testing/worker-under-test.js';

const PRODUCTS = 12;
const PROBE_INTERVAL_MS = 1_000;

const accept = (response: ServerResponse) => response.writeHead(201).end('{}');
const refuse = (status: number, headers = {}) =>
  function answer(response: ServerResponse): void {
    response.writeHead(status, headers).end('{}');
  };

describe('an outage of the factory', () => {
  let worker: WorkerUnderTest;

  afterEach(() => worker.stop(), 30_000);

  const skus = Array.from({ length: PRODUCTS }, (_, number) => `CP-${number}`);
  const orders = () => Promise.all(skus.map((sku) => worker.order(sku)));
  const statuses = async () => new Set((await orders()).map(({ status }) => status));
  const mails = (about: string) =>
    worker.ses.requests
      .map((request) => new URLSearchParams(request))
      .filter((mail) => mail.get('Message.Subject.Data')!.includes(about));

  async function openOrders(): Promise<void> {
    for (const sku of skus) await worker.openOrder(sku);
  }

  async function expectHealed(): Promise<void> {
    await eventually(async () => expect(await statuses()).toEqual(new Set(['ORDERED'])), 30_000);
    expect(await worker.deadLetters('restock')).toEqual([]);
    await eventually(async () => expect(await worker.queue.count('restock')).toBe(0));
  }

  it.each([
    ['answers 500', refuse(500)],
    ['answers 429', refuse(429)],
    ['answers with a page of its proxy', refuse(200, { 'content-type': 'text/html' })],
    ['redirects', refuse(302, { location: '/maintenance' })],
  ])(
    'in which it %s makes the orders wait, and no dead letter; it is probed, and they follow by themselves',
    async (_, answer) => {
      worker = await WorkerUnderTest.start();
      worker.factory.answer = answer;
      await openOrders();
      await eventually(
        async () => expect(await statuses()).toEqual(new Set(['WAITING_FOR_FACTORY'])),
        15_000,
      );
      const asked = worker.factory.requests.length;
      const waitMs = 4 * PROBE_INTERVAL_MS;
      await sleep(waitMs);
      // One probe an interval, whatever waits.
      expect(worker.factory.requests.length - asked).toBeLessThanOrEqual(waitMs / PROBE_INTERVAL_MS + 1);
      expect(worker.factory.requests.length).toBeGreaterThan(asked);
      await eventually(() => expect(mails('is away')).toHaveLength(1));

      worker.factory.answer = accept;
      await expectHealed();
      await eventually(() => expect(mails('is back')).toHaveLength(1));
      expect(mails('is away')).toHaveLength(1);
      const [mail] = mails('is away');
      expect(mail!.get('Message.Body.Text.Data')).toMatch(
        /\d+ restock orders for \d+00 units wait for it: CP-0/,
      );
    },
    60_000,
  );

  it('in which it refuses connections ends by itself, too', async () => {
    worker = await WorkerUnderTest.start();
    const { url } = worker.factory;
    await worker.factory.close();
    await openOrders();
    await eventually(async () => expect(await statuses()).toEqual(new Set(['WAITING_FOR_FACTORY'])), 15_000);
    expect((await worker.order(skus[0]!)).lastError).toMatch(/ECONNREFUSED/);
    worker.factory = await StandIn.listen(Number(new URL(url).port));
    worker.factory.answer = accept;
    await expectHealed();
    expect(worker.factory.requests).toHaveLength(PRODUCTS);
  }, 60_000);

  it.each([
    ['as seconds', () => '4'],
    ['as a date', () => new Date(Date.now() + 5_000).toUTCString()],
  ])(
    'whose length it announces %s is waited for, without a probe',
    async (_, retryAfter) => {
      worker = await WorkerUnderTest.start();
      let refusedAt = 0;
      worker.factory.answer = (response) => {
        refusedAt ||= performance.now();
        if (performance.now() - refusedAt < 3_900) refuse(503, { 'retry-after': retryAfter() })(response);
        else accept(response);
      };
      await worker.openOrder('CP-0');
      await eventually(async () => expect((await worker.order('CP-0')).status).toBe('ORDERED'), 15_000);
      expect(performance.now() - refusedAt).toBeGreaterThanOrEqual(3_900);
      expect(worker.factory.requests).toHaveLength(2);
    },
    30_000,
  );

  it('does not delay the orders of another factory', async () => {
    worker = await WorkerUnderTest.start();
    const other = await StandIn.listen();
    try {
      other.answer = accept;
      const { manager } = worker.warehouse.dataSource;
      const [factory] = await manager.find(Factory);
      await manager.insert(Factory, { ...factory!, id: 'FF-2', apiUrl: other.url });
      // It hangs, which takes longest.
      worker.factory.answer = () => undefined;
      await openOrders();
      await eventually(() => expect(worker.factory.requests.length).toBeGreaterThan(0));
      const began = performance.now();
      for (let number = 0; number < 4; number += 1) {
        await worker.warehouse.openRestockOrder(`OTHER-${number}`, 10, { factoryId: 'FF-2' });
      }
      await eventually(() => expect(other.requests).toHaveLength(4), 10_000);
      expect(performance.now() - began).toBeLessThan(4_000);
      expect(worker.factory.requests.length).toBeLessThanOrEqual(4);
    } finally {
      await other.close();
    }
  }, 60_000);

  it('that cuts connections after accepting makes nothing twice while the goods may still come', async () => {
    worker = await WorkerUnderTest.start();
    await worker.warehouse.dataSource.manager.update(Factory, 'FF-1', { leadTimeSeconds: 2 });
    let isFirst = true;
    worker.factory.answer = (response) => {
      if (isFirst) response.destroy();
      else accept(response);
      isFirst = false;
    };
    await worker.openOrder('CP-0');
    await eventually(async () => expect((await worker.order('CP-0')).status).toBe('UNCONFIRMED'));
    const asked = performance.now();
    const { nextAttemptAt, lastError } = await worker.order('CP-0');
    expect(nextAttemptAt).not.toBeNull();
    expect(lastError).toMatch(/broke before the answer/);
    // No goods came within one and a half lead times.
    await eventually(async () => expect((await worker.order('CP-0')).status).toBe('ORDERED'), 10_000);
    expect(performance.now() - asked).toBeGreaterThan(2_000);
    expect(worker.factory.requests).toHaveLength(2);
  }, 30_000);

  it('is outlived by the orders when the worker ends meanwhile', async () => {
    worker = await WorkerUnderTest.start();
    worker.factory.answer = refuse(503);
    await openOrders();
    await eventually(async () => expect(await statuses()).toEqual(new Set(['WAITING_FOR_FACTORY'])), 15_000);
    await worker.application.close();
    worker.factory.answer = accept;
    await worker.run();
    await expectHealed();
  }, 60_000);

  it('that is longer than the limit ends in one dead letter an order, and one mail', async () => {
    worker = await WorkerUnderTest.start({ FACTORY_WAIT_LIMIT_SECONDS: 2 });
    worker.factory.answer = refuse(500);
    await openOrders();
    await eventually(async () => expect(await statuses()).toEqual(new Set(['DEAD_LETTERED'])), 20_000);
    const letters = await worker.deadLetters('restock');
    expect(new Set(letters.map(({ causeCode }) => causeCode))).toEqual(new Set(['FACTORY.WAIT_LIMIT']));
    expect(letters[0]!.causeDetail).toMatch(/waited since .* for factory FF-1: .*the factory answered 500/);
    await eventually(() => expect(mails('FACTORY.WAIT_LIMIT')).toHaveLength(1));
  }, 40_000);
});

describe('a fault of the order itself', () => {
  let worker: WorkerUnderTest;

  afterEach(() => worker.stop(), 30_000);

  const deadLettered = async (sku: string): Promise<RestockOrder> => {
    await eventually(async () => expect((await worker.order(sku)).status).toBe('DEAD_LETTERED'), 20_000);
    return worker.order(sku);
  };

  it('uses up the three receives of its message, and does not count against the factory', async () => {
    worker = await WorkerUnderTest.start();
    worker.factory.answer = (response, request) =>
      request.includes('BAD') ? refuse(422)(response) : accept(response);
    await worker.openOrder('BAD');
    await worker.openOrder('GOOD');
    expect(await deadLettered('BAD')).toMatchObject({ attempts: 3 });
    const [letter] = await worker.deadLetters('restock');
    expect(letter).toMatchObject({ causeCode: 'FACTORY.REFUSED', causeDetail: 'the factory answered 422' });
    expect(letter!.attempts.map(({ receiveCount }) => receiveCount)).toEqual([1, 2, 3]);
    expect(await worker.order('GOOD')).toMatchObject({ status: 'ORDERED', attempts: 1 });
  }, 40_000);

  it('makes three calls, though its message has copies', async () => {
    worker = await WorkerUnderTest.start();
    worker.factory.answer = refuse(422);
    const order = await worker.openOrder('BAD');
    for (let copy = 0; copy < 3; copy += 1) await worker.write('restock', { restockOrderId: order.id });
    await deadLettered('BAD');
    await eventually(async () => expect(await worker.queue.count('restock')).toBe(0), 10_000);
    expect(worker.factory.requests).toHaveLength(3);
    expect(await worker.deadLetters('restock')).toHaveLength(1);
  }, 40_000);
});

describe('without a wait for factories', () => {
  let worker: WorkerUnderTest;

  afterEach(() => worker.stop(), 30_000);

  it('each fault of the factory uses up a receive, and the third makes a dead letter', async () => {
    worker = await WorkerUnderTest.start({ FACTORY_WAIT_LIMIT_SECONDS: 0 });
    worker.factory.answer = () => undefined;
    await worker.openOrder('CP-1');
    await eventually(async () => expect((await worker.order('CP-1')).status).toBe('DEAD_LETTERED'), 20_000);
    expect(worker.factory.requests).toHaveLength(3);
    const [letter] = await worker.deadLetters('restock');
    expect(letter).toMatchObject({ causeCode: 'FACTORY.TIMEOUT', causeDetail: 'no answer within 1000 ms' });
    expect(letter!.attempts).toHaveLength(3);
  }, 40_000);

  it('an order comes back when the factory asks to, and not before', async () => {
    worker = await WorkerUnderTest.start({ FACTORY_WAIT_LIMIT_SECONDS: 0 });
    let refusedAt = 0;
    worker.factory.answer = (response) => {
      refusedAt ||= performance.now();
      if (worker.factory.requests.length > 1) accept(response);
      else refuse(503, { 'retry-after': '3' })(response);
    };
    await worker.openOrder('CP-1');
    await eventually(async () => expect((await worker.order('CP-1')).status).toBe('ORDERED'), 15_000);
    expect(performance.now() - refusedAt).toBeGreaterThanOrEqual(3_000);
    expect(await worker.order('CP-1')).toMatchObject({ attempts: 2 });
  }, 30_000);

  it('orders that wait since before are asked for again', async () => {
    worker = await WorkerUnderTest.start();
    worker.factory.answer = refuse(500);
    await worker.openOrder('CP-1');
    await eventually(async () => expect((await worker.order('CP-1')).status).toBe('WAITING_FOR_FACTORY'));
    await worker.application.close();
    worker.factory.answer = accept;
    await worker.run({ FACTORY_WAIT_LIMIT_SECONDS: 0 });
    await eventually(async () => expect((await worker.order('CP-1')).status).toBe('ORDERED'), 15_000);
  }, 40_000);
});

describe('the address of the factory', () => {
  it('is not called where it is the one of a metadata service', async () => {
    const worker = await WorkerUnderTest.start();
    try {
      await worker.warehouse.dataSource.manager.update(Factory, 'FF-1', { apiUrl: 'http://169.254.169.254' });
      await worker.openOrder('CP-1');
      await eventually(async () =>
        expect(await worker.order('CP-1')).toMatchObject({
          status: 'WAITING_FOR_FACTORY',
          lastError: expect.stringContaining('the address 169.254.169.254 is not allowed'),
        }),
      );
    } finally {
      await worker.stop();
    }
  }, 30_000);
});

describe('the answer of the factory', () => {
  it('accepts by 200 where the setting says so, unless it is a page', async () => {
    const worker = await WorkerUnderTest.start({ FACTORY_ACCEPTS_200: 'true' });
    try {
      worker.factory.answer = (response, request) =>
        refuse(200, request.includes('PAGE') ? { 'content-type': 'text/html' } : {})(response);
      await worker.openOrder('CP-1');
      await eventually(async () => expect((await worker.order('CP-1')).status).toBe('ORDERED'));
      await worker.openOrder('PAGE');
      await eventually(async () => expect((await worker.order('PAGE')).status).toBe('WAITING_FOR_FACTORY'));
    } finally {
      await worker.stop();
    }
  }, 30_000);
});
