import { Factory, FactoryService, type RestockOrder } from '#inventory';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { type LoggerService } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { TEST_DATABASES } from '../../../../libs/inventory/src/testing/test-database.js';
import {
  type EmbeddedQueue,
  startEmbeddedQueue,
} from '../../../../libs/messaging/src/testing/embedded-queue.js';
import { ACCEPTED, ADDRESS_REFUSED, deliverFrom } from '../testing/callback-sender.js';
import { SalesUnderTest } from '../testing/sales-under-test.js';

const PROXY = '10.0.0.7';
const FORGED = { statusCode: 403, code: 'CALLBACK.FORGED' };

describe.each(TEST_DATABASES)('the addresses of callbacks, on %s', (kind) => {
  let queue: EmbeddedQueue;
  let sales: SalesUnderTest;
  let warnings: { message: string; facts: Record<string, unknown> }[];
  let orders = 0;

  const recorder: LoggerService = {
    log: () => undefined,
    warn: (message: string, facts: Record<string, unknown>) => void warnings.push({ message, facts }),
    error: () => undefined,
  };

  beforeAll(async () => {
    queue = await startEmbeddedQueue();
    Object.assign(process.env, queue.environment);
    sales = await start();
    await sales.warehouse.dataSource.manager.insert(Factory, {
      ...{
        id: 'FF-2',
        name: 'other',
        managerEmail: 'other@donut-states.example',
        apiUrl: 'http://127.0.0.1:1',
      },
      ...{ leadTimeSeconds: 10, overdueAfterSeconds: 60 },
    });
  }, 60_000);
  beforeEach(() => {
    warnings = [];
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    await allow('FF-1', null);
    await allow('FF-2', null);
  });
  afterAll(async () => {
    await sales.stop();
    await queue.stop();
  });

  async function start(): Promise<SalesUnderTest> {
    const variables = { QUEUE_URL_PREFIX: queue.urlPrefix, TRUSTED_PROXIES: PROXY };
    const started = await SalesUnderTest.start(variables, kind);
    started.application.useLogger(recorder);
    return started;
  }

  const allow = async (factoryId: string, callbackAddresses: string[] | null) =>
    expect(
      (await sales.ask('PATCH', `/factories/${factoryId}`, { body: { callbackAddresses } })).status,
    ).toBe(200);

  async function open(factoryId = 'FF-1'): Promise<RestockOrder> {
    orders += 1;
    return sales.warehouse.openRestockOrder(`RING-${orders}`, 10, { factoryId });
  }

  const deliver = (
    order: Parameters<typeof deliverFrom>[1],
    address: string,
    options?: Parameters<typeof deliverFrom>[3],
  ) => deliverFrom(sales, order, address, options);
  const queued = () => queue.count('goods-receipts');
  it('are any, where the factory has no list', async () => {
    const order = await open();
    for (const address of ['127.0.0.1', '203.0.113.9', '2001:db8::1']) {
      expect(await deliver(order, address)).toMatchObject(ACCEPTED);
    }
    await allow('FF-2', ['192.0.2.1']);
    expect(await deliver(order, '203.0.113.9')).toMatchObject(ACCEPTED);
    await allow('FF-1', ['192.0.2.1']);
    expect(await deliver(order, '203.0.113.9')).toMatchObject(ADDRESS_REFUSED);
    await allow('FF-1', null);
    expect(await deliver(order, '203.0.113.9')).toMatchObject(ACCEPTED);
  });

  it.each<[string[], string[], string[]]>([
    [['127.0.0.1'], ['127.0.0.1', '::ffff:127.0.0.1'], ['127.0.0.2', '::1']],
    [
      ['203.0.113.0/24'],
      ['203.0.113.0', '203.0.113.255', '::ffff:203.0.113.9'],
      ['203.0.114.0', '::cb00:7109'],
    ],
    [['2001:db8::/32'], ['2001:db8::1', '2001:DB8:ffff::'], ['2001:db9::1', '203.0.113.9']],
    [['fe80::/10', '192.0.2.7/32'], ['fe80::1%eth0', '192.0.2.7'], ['192.0.2.8']],
    [['::ffff:203.0.113.0/120'], ['203.0.113.9', '::ffff:203.0.113.9'], ['203.0.114.9']],
  ])('are those of the list %j', async (list, taken, refused) => {
    await allow('FF-1', list);
    const order = await open();
    for (const address of taken)
      expect([address, await deliver(order, address)]).toMatchObject([address, ACCEPTED]);
    for (const address of refused)
      expect([address, await deliver(order, address)]).toMatchObject([address, ADDRESS_REFUSED]);
  });

  it('are those that trusted proxies tell of, and not what a stranger says', async () => {
    await allow('FF-1', ['203.0.113.0/24']);
    const order = await open();
    const from = (address: string, forwarded: string) =>
      deliver(order, address, { headers: { 'x-forwarded-for': forwarded } });
    expect(await from(PROXY, '203.0.113.9')).toMatchObject(ACCEPTED);
    expect(await from(PROXY, '203.0.113.9:4711')).toMatchObject(ACCEPTED);
    expect(await from(PROXY, '203.0.113.9, 192.0.2.1')).toMatchObject(ADDRESS_REFUSED);
    expect(await from(PROXY, 'unknown')).toMatchObject(ADDRESS_REFUSED);
    expect(await from('192.0.2.1', '203.0.113.9')).toMatchObject(ADDRESS_REFUSED);
    expect(await deliver(order, PROXY)).toMatchObject(ADDRESS_REFUSED);
  });

  it('are those of the factory of the order, in either case of its id, and of no other', async () => {
    await allow('FF-1', ['192.0.2.1']);
    await allow('FF-2', ['192.0.2.2']);
    const [one, other] = [await open('FF-1'), await open('FF-2')];
    expect(await deliver(one, '192.0.2.1')).toMatchObject(ACCEPTED);
    expect(await deliver(one, '192.0.2.2')).toMatchObject(ADDRESS_REFUSED);
    expect(await deliver(other, '192.0.2.2')).toMatchObject(ACCEPTED);
    expect(await deliver({ ...one, factoryId: 'FF-2' }, '192.0.2.2')).toMatchObject(ADDRESS_REFUSED);
    expect(await deliver({ ...one, id: one.id.toUpperCase() }, '192.0.2.2')).toMatchObject(ADDRESS_REFUSED);
    await sales.warehouse.dataSource.manager.query(
      `UPDATE restock_order SET status = 'CANCELLED', open_sku = NULL WHERE id = '${one.id}'`,
    );
    expect(await deliver(one, '192.0.2.2')).toMatchObject(ADDRESS_REFUSED);
  });

  it('that were written by hand and are none do not count, and disturb no other factory', async () => {
    const write = (id: string, callbackAddresses: string[]) =>
      sales.warehouse.dataSource.manager.update(Factory, { id }, { callbackAddresses });
    await write('FF-1', ['factory.example', '0.0.0.0/0']);
    await write('FF-2', ['factory.example', '192.0.2.1']);
    await sleep(2_100);
    expect(await deliver(await open('FF-1'), '192.0.2.2')).toMatchObject(ACCEPTED);
    expect(await deliver(await open('FF-2'), '192.0.2.1')).toMatchObject(ACCEPTED);
    expect(await deliver(await open('FF-2'), '192.0.2.2')).toMatchObject(ADDRESS_REFUSED);
  });

  it('say nothing about an order that there is not: its callback is forged as before', async () => {
    await allow('FF-1', ['192.0.2.1']);
    for (const id of [randomUUID(), 'no-order']) {
      const answer = await sales.application.inject({
        method: 'POST',
        url: `/goods-receipts/${id}?signature=00`,
        remoteAddress: '192.0.2.2',
        payload: {
          ...{
            MessageAttributeProductId: 'RING',
            MessageAttributeProductCnt: 1,
            MessageAttributeFactoryId: 'FF-1',
          },
        },
      });
      expect([answer.statusCode, answer.json().code]).toEqual([FORGED.statusCode, FORGED.code]);
    }
  });

  it('are refused before the body is read, with nothing recorded but a figure and a few lines', async () => {
    await allow('FF-1', ['192.0.2.1']);
    const order = await open();
    const before = await queued();
    const metric = async () => {
      const { body } = await sales.application.inject('/metrics');
      return Number(
        /^donut_states_callbacks_total\{verification="NOT_VERIFIED",outcome="address_refused"\} (\d+)$/m.exec(
          body,
        )?.[1] ?? 0,
      );
    };
    const counted = await metric();
    // The lines of this second may be used up.
    await sleep(1_100);
    warnings = [];
    for (const payload of ['{', 'x'.repeat(70_000), '']) {
      expect(await deliver(order, '198.51.100.3', { payload })).toMatchObject(ADDRESS_REFUSED);
    }
    for (let count = 0; count < 97; count += 1) await deliver(order, '198.51.100.3');
    expect(await queued()).toBe(before);
    expect((await metric()) - counted).toBe(100);
    expect(warnings[0]).toEqual({
      message: 'a callback came from an address that its factory does not have',
      facts: { factoryId: 'FF-1', restockOrderId: order.id },
    });
    expect(warnings.length).toBeLessThanOrEqual(20);
    expect(JSON.stringify(warnings)).not.toContain('198.51');
    const { answer } = await deliver(order, '198.51.100.3', { headers: { 'accept-language': 'ko' } });
    expect(answer.json().title).toBe('공장에 허용된 주소에서 온 콜백이 아닙니다');
    expect(answer.body).not.toContain('198.51');
  });

  it('cost a storm of callbacks no query each, whichever orders they name', async () => {
    await allow('FF-1', ['192.0.2.1']);
    const known = await open();
    const service = sales.application.get(FactoryService);
    const queries = [jest.spyOn(service, 'callbackAddresses'), jest.spyOn(service, 'factoriesOf')];
    const count = () => queries.reduce((total, { mock }) => total + mock.calls.length, 0);
    await Promise.all(Array.from({ length: 200 }, () => deliver(known, '192.0.2.2')));
    expect(count()).toBeLessThanOrEqual(4);
    const before = count();
    const invented = Array.from({ length: 200 }, () => ({ ...known, id: randomUUID() }));
    await Promise.all(invented.map((order) => deliver(order, '192.0.2.2')));
    expect(count() - before).toBeLessThanOrEqual(20);
    queries.forEach((query) => query.mockClear());
    // One after the other, and with a text that is no id.
    for (let index = 0; index < 50; index += 1) {
      await deliver({ ...known, id: index % 2 ? known.id : `no-id-${index}` }, '192.0.2.2');
    }
    expect(count()).toBeLessThanOrEqual(3);
    await allow('FF-1', null);
    queries.forEach((query) => query.mockClear());
    await Promise.all(Array.from({ length: 100 }, () => deliver(known, '192.0.2.2')));
    expect(count()).toBeLessThanOrEqual(2);
  });

  it('of a list that another process has changed count within seconds', async () => {
    const order = await open();
    expect(await deliver(order, '192.0.2.2')).toMatchObject(ACCEPTED);
    await sales.warehouse.dataSource.manager.update(
      Factory,
      { id: 'FF-1' },
      { callbackAddresses: ['192.0.2.1'] },
    );
    await sleep(2_100);
    expect(await deliver(order, '192.0.2.2')).toMatchObject(ADDRESS_REFUSED);
  });
});
