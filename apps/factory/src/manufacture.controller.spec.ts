import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { CallbackReceiver } from './testing/callback-receiver.js';
import { manufactureRequest, TestFactory } from './testing/test-factory.js';

describe('POST /api/manufactures', () => {
  let factory: TestFactory;
  let receiver: CallbackReceiver;

  beforeEach(async () => {
    receiver = await CallbackReceiver.start();
    factory = await TestFactory.start();
  });

  afterEach(async () => {
    await factory.stop();
    await receiver.stop();
  });

  it('accepts an order and sends the same attributes to its callback URL', async () => {
    const answer = await factory.order({ CallbackUrl: receiver.url, Note: 'fields it does not know' });
    expect(answer.status).toBe(201);
    expect(await answer.json()).toEqual({ message: 'The order is accepted' });
    const [order] = await factory.settledOrders();
    expect(order).toMatchObject({ number: 1, productId: 'CP-502101', count: 10 });
    expect(order!.callbacks).toMatchObject([{ state: 'DELIVERED', tries: 1, lastOutcome: 'answered 200' }]);
    const [callback] = receiver.callbacks;
    expect(Number(callback!.MessageAttributeProductCnt)).toBe(10);
    expect(callback).toEqual({
      MessageGroupId: 'stock-arrival-group',
      MessageAttributeProductId: 'CP-502101',
      MessageAttributeProductCnt: callback!.MessageAttributeProductCnt,
      MessageAttributeFactoryId: 'FF-500293',
      MessageSubject: 'CP-502101 manufactured',
      MessageText: '10 x CP-502101 left FF-500293, delivery 1 of 1',
    });
  });

  it('accepts counts as numbers and as text, and sends both kinds in callbacks', async () => {
    for (let order = 0; order < 8; order++) {
      const MessageAttributeProductCnt = order % 2 === 0 ? 25 : '25';
      expect((await factory.order({ CallbackUrl: receiver.url, MessageAttributeProductCnt })).status).toBe(
        201,
      );
    }
    await factory.settledOrders();
    const counts = receiver.callbacks.map((callback) => callback.MessageAttributeProductCnt);
    expect(new Set(counts)).toEqual(new Set([25, '25']));
  });

  it('does not call back before the lead time is over', async () => {
    await factory.changeFaults({ leadTimeMs: 3_600_000 });
    await factory.order({ CallbackUrl: receiver.url });
    const [order] = await factory.orders();
    expect(order!.callbacks).toMatchObject([{ state: 'PENDING', tries: 0 }]);
    expect(Date.parse(order!.callbacks[0]!.dueAt) - Date.parse(order!.acceptedAt)).toBe(3_600_000);
    expect(receiver.callbacks).toEqual([]);
  });

  it('lists orders newest first, without the signature of their callback URL', async () => {
    await factory.order({ CallbackUrl: receiver.url, MessageAttributeProductId: 'CP-1' });
    await factory.order({ CallbackUrl: receiver.url, MessageAttributeProductId: 'CP-2' });
    const orders = await factory.orders();
    expect(orders.map(({ productId }) => productId)).toEqual(['CP-2', 'CP-1']);
    expect(JSON.stringify(orders)).not.toContain('secret');
  });

  it('names every missing field', async () => {
    const answer = await factory.send('POST', '/api/manufactures', {});
    expect(answer.status).toBe(400);
    const { errors } = (await answer.json()) as { errors: string[] };
    expect(errors.toSorted()).toEqual([
      'CallbackUrl is missing',
      'MessageAttributeFactoryId is missing',
      'MessageAttributeProductCnt is missing',
      'MessageAttributeProductId is missing',
      'MessageGroupId is missing',
    ]);
  });

  it.each([
    { MessageAttributeProductCnt: 0 },
    { MessageAttributeProductCnt: -5 },
    { MessageAttributeProductCnt: 1.5 },
    { MessageAttributeProductCnt: 10_000_000 },
    { MessageAttributeProductCnt: '0' },
    { MessageAttributeProductCnt: 'ten' },
    { MessageAttributeProductCnt: '1e3' },
    { MessageAttributeProductCnt: '' },
    { MessageAttributeProductCnt: null },
    { MessageAttributeProductCnt: [10] },
    { MessageAttributeProductId: '' },
    { MessageAttributeProductId: 'CP\n502101' },
    { MessageAttributeFactoryId: 'F'.repeat(129) },
    { MessageGroupId: {} },
    { CallbackUrl: 'ftp://127.0.0.1/receipts' },
    { CallbackUrl: 'javascript:alert(1)' },
    { CallbackUrl: '/goods-receipts/7' },
    { CallbackUrl: 'http://' },
    { CallbackUrl: 'http://user:pass@127.0.0.1/' },
    { CallbackUrl: `http://127.0.0.1/${'x'.repeat(2_048)}` },
  ])('refuses %j with 400 and says which field is wrong', async (fields) => {
    const answer = await factory.order({ CallbackUrl: receiver.url, ...fields });
    expect(answer.status).toBe(400);
    const body = (await answer.json()) as { statusCode: number; message: string; errors: string[] };
    expect(body).toMatchObject({ statusCode: 400, message: 'The request is not usable' });
    expect(body.errors).toHaveLength(1);
    expect(body.errors[0]).toContain(Object.keys(fields)[0]);
    expect(await factory.orders()).toEqual([]);
  });

  it.each([
    ['a body that is no JSON', 400, 'application/json', '{"MessageGroupId":'],
    ['an empty body', 400, 'application/json', ''],
    ['a body that poisons prototypes', 400, 'application/json', '{"__proto__":{"admin":true}}'],
    ['plain text', 400, 'text/plain', 'ten donuts'],
    ['an HTML form', 415, 'application/x-www-form-urlencoded', 'MessageAttributeProductCnt=10'],
    ['XML', 415, 'application/xml', '<order/>'],
    [
      'a huge body',
      413,
      'application/json',
      JSON.stringify(manufactureRequest({ Note: 'x'.repeat(70_000) })),
    ],
  ])('refuses %s with %i as JSON, without a stack', async (_, status, contentType, body) => {
    const answer = await fetch(`${factory.url}/api/manufactures`, {
      method: 'POST',
      headers: { 'content-type': contentType },
      body,
    });
    expect(answer.status).toBe(status);
    const json = (await answer.json()) as object;
    expect(Object.keys(json).toSorted()).toEqual(['errors', 'message', 'statusCode']);
    expect(JSON.stringify(json)).not.toMatch(/\bat .*\.(js|ts):\d/);
  });

  it.each([
    ['/nowhere', 404],
    ['/%zz', 400],
    ['/health/live', 200],
    ['/health/ready', 200],
  ])('answers GET %s with %i as JSON', async (path, status) => {
    const answer = await fetch(factory.url + path);
    expect(answer.status).toBe(status);
    expect(await answer.json()).toBeDefined();
  });
});
