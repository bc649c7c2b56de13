import { callbackUrl } from '#inventory';
import { ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type LoggerService } from '@nestjs/common';
import {
  type EmbeddedQueue,
  startEmbeddedQueue,
} from '../../../../libs/messaging/src/testing/embedded-queue.js';
import { CALLBACK_SIGNING_KEY, SalesUnderTest } from '../testing/sales-under-test.js';

const SKU = 'RING';
const FACTORY = 'FF-1';
const BODY = {
  MessageGroupId: 'stock-arrival-group',
  MessageAttributeProductId: SKU,
  MessageAttributeProductCnt: 10,
  MessageAttributeFactoryId: FACTORY,
  MessageSubject: 'goods are ready',
};
/** As large as a body may be. */
const PADDING = { padding: 'x'.repeat(60_000) };

describe('many callbacks at once', () => {
  let queue: EmbeddedQueue;
  let sales: SalesUnderTest;
  let warnings: { message: string; facts: Record<string, unknown> }[];

  const recorder: LoggerService = {
    log: () => undefined,
    warn: (message: string, facts: Record<string, unknown>) => void warnings.push({ message, facts }),
    error: () => undefined,
  };

  beforeEach(async () => {
    warnings = [];
    queue = await startEmbeddedQueue();
    Object.assign(process.env, queue.environment);
    sales = await SalesUnderTest.start({ QUEUE_URL_PREFIX: queue.urlPrefix });
    sales.application.useLogger(recorder);
  });
  afterEach(async () => {
    await sales.stop();
    await queue.stop();
  });

  const pathOf = (restockOrderId: string, validSeconds: number) => {
    const { pathname, search } = new URL(
      callbackUrl('http://sales', CALLBACK_SIGNING_KEY, {
        restockOrderId,
        sku: SKU,
        factoryId: FACTORY,
        quantity: 10,
        expiresAtSeconds: 2_000_000_000 + validSeconds,
      }),
    );
    return pathname + search;
  };
  const valid = (order: string) => pathOf(order, 0);
  const expired = (order: string) => pathOf(order, -1_000_000_000);
  const forged = (order: string) => `/goods-receipts/${order}?quantity=10&expires=2000000000&signature=00`;
  const deliver = (url: string, body: object = {}) =>
    sales.application.inject({ method: 'POST', url, payload: { ...BODY, ...body } });
  const statusesOf = async (count: number, send: (index: number) => ReturnType<typeof deliver>) => {
    const statuses: number[] = [];
    for (let index = 0; index < count; index += 1) statuses.push((await send(index)).statusCode);
    return statuses;
  };
  const queued = () => queue.count('goods-receipts');

  it('with an expired URL and the same text, are recorded a few times, in less than 2 KB each', async () => {
    const statuses = await statusesOf(60, () => deliver(expired('order'), PADDING));
    expect(new Set(statuses)).toEqual(new Set([410]));
    expect(await queued()).toBeLessThanOrEqual(5);
    for (const message of await messages(queue)) expect(Buffer.byteLength(message)).toBeLessThan(2_000);
  });

  it('with an expired URL and different texts, are told to retry later: each may be about real goods', async () => {
    const send = (index: number) => deliver(expired('order'), { MessageText: `number ${index}`, ...PADDING });
    const statuses = await statusesOf(60, send);
    expect(statuses).toEqual([...Array(5).fill(410), ...Array(55).fill(429)]);
    const refusal = await send(60);
    expect(refusal.json()).toMatchObject({ code: 'REQUEST.RATE_LIMITED' });
    expect(Number(refusal.headers['retry-after'])).toBeGreaterThanOrEqual(1);
    expect(Number(refusal.headers['retry-after'])).toBeLessThanOrEqual(60);
    expect(await queued()).toBe(5);
    expect((await deliver(expired('other'))).statusCode).toBe(410);
    expect(await queued()).toBe(6);
  });

  it('that are forged, are recorded up to one limit for each order and one limit for all orders', async () => {
    const forOne = await statusesOf(30, (index) => deliver(forged('order'), { MessageText: `${index}` }));
    expect(new Set(forOne)).toEqual(new Set([403]));
    expect(await queued()).toBe(5);
    const forMany = await statusesOf(200, (index) => deliver(forged(`invented-${index}`)));
    expect(new Set(forMany)).toEqual(new Set([403]));
    expect(await queued()).toBe(20);
  });

  it('that are invalid, never block valid callbacks of the same order or of another', async () => {
    await statusesOf(100, (index) => deliver(forged('order'), { MessageText: `${index}` }));
    await statusesOf(100, (index) => deliver(forged(`invented-${index}`)));
    await statusesOf(100, (index) => deliver(expired('order'), { MessageText: `${index}` }));
    const before = await queued();
    expect(
      await statusesOf(20, (index) => deliver(valid('order'), { MessageText: `part ${index}` })),
    ).toEqual(Array(20).fill(202));
    expect((await deliver(valid('another'))).statusCode).toBe(202);
    expect(await queued()).toBe(before + 21);
  });

  it('that are valid and identical, are all accepted, but put on the queue only a few times', async () => {
    expect(new Set(await statusesOf(100, () => deliver(valid('order'))))).toEqual(new Set([202]));
    const answers = await Promise.all(Array.from({ length: 200 }, () => deliver(valid('at-once'))));
    expect(new Set(answers.map(({ statusCode }) => statusCode))).toEqual(new Set([202]));
    expect(await queued()).toBeLessThanOrEqual(10);
    expect((await deliver(valid('other'))).statusCode).toBe(202);
  });

  it('are not accepted while the queue is unavailable, however often they are repeated', async () => {
    await queue.stop();
    const answers = await Promise.all(Array.from({ length: 50 }, () => deliver(valid('order'))));
    expect(new Set(answers.map(({ statusCode }) => statusCode))).toEqual(new Set([503]));
    queue = await startEmbeddedQueue();
  }, 30_000);

  it('are counted by outcome, and fill no log', async () => {
    await statusesOf(300, (index) => deliver(forged('order'), { MessageText: `${index}` }));
    await deliver(valid('order'));
    const metrics = (await sales.application.inject('/metrics')).body;
    const count = (verification: string, outcome: string) =>
      `donut_states_callbacks_total{verification="${verification}",outcome="${outcome}"}`;
    expect(metrics).toContain(`${count('INVALID_SIGNATURE', 'queued')} 5`);
    expect(metrics).toContain(`${count('INVALID_SIGNATURE', 'not_recorded')} 295`);
    expect(metrics).toContain(`${count('VALID', 'queued')} 1`);
    const listed = warnings.filter(
      ({ message }) => message === 'a callback was not recorded: there are too many',
    );
    expect(listed.length).toBeGreaterThan(0);
    expect(listed.length).toBeLessThanOrEqual(30);
    expect(listed[0]!.facts).toEqual({ verification: 'INVALID_SIGNATURE', restockOrderId: 'order' });
  });

  it('keep the known members with shortened texts, and the number of others', async () => {
    const text = '도넛'.repeat(1_000);
    await deliver(valid('order'), {
      MessageText: text,
      MessageGroupId: '\ud800'.repeat(2_000),
      other: 1,
      more: [],
    });
    const [message] = await messages(queue);
    expect(Buffer.byteLength(message!)).toBeLessThan(8_000);
    expect(JSON.parse(message!).callback).toEqual({
      ...BODY,
      MessageGroupId: expect.stringMatching(/ \(2000 characters\)$/),
      MessageText: `${text.slice(0, 300)}… (2000 characters)`,
      unknownMembers: 2,
    });
  });
});

async function messages({ urlPrefix, region, environment }: EmbeddedQueue): Promise<string[]> {
  const sqs = new SQSClient({
    region,
    endpoint: environment.AWS_ENDPOINT_URL_SQS,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({ QueueUrl: `${urlPrefix}goods-receipts`, MaxNumberOfMessages: 10 }),
  );
  sqs.destroy();
  return Messages.map(({ Body }) => Body!);
}
