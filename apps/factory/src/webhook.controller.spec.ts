import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createHmac } from 'node:crypto';
import { CallbackReceiver } from './testing/callback-receiver.js';
import { manufactureRequest, TestFactory } from './testing/test-factory.js';

const webhookKey = 'a-webhook-key-of-32-characters-or-more';
const sign = (...parts: unknown[]) => createHmac('sha256', webhookKey).update(parts.join('\n')).digest('hex');

describe('the webhook', () => {
  let factory: TestFactory;
  let receiver: CallbackReceiver;

  beforeEach(async () => {
    receiver = await CallbackReceiver.start();
    factory = await TestFactory.start({}, { webhookKey });
  });

  afterEach(async () => {
    await factory.stop();
    await receiver.stop();
  });

  async function order(key: string, headers: Record<string, string> = {}): Promise<Response> {
    const body = manufactureRequest({ CallbackUrl: receiver.url });
    const signature = sign(
      ...[key, body.MessageAttributeProductId, body.MessageAttributeProductCnt],
      ...[body.MessageAttributeFactoryId, body.CallbackUrl],
    );
    return fetch(`${factory.url}/api/orders`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'idempotency-key': key,
        'webhook-signature': signature,
        ...headers,
      },
      body: JSON.stringify(body),
    });
  }

  const find = (key: string, signature = sign(key)) =>
    fetch(`${factory.url}/api/orders/${key}`, { headers: { 'webhook-signature': signature } });

  it('accepts a signed order, makes it once however often it comes, and tells that it has it', async () => {
    expect((await find('one')).status).toBe(404);
    expect((await order('one')).status).toBe(201);
    expect((await order('one')).status).toBe(201);
    expect((await order('two')).status).toBe(201);
    expect(await factory.settledOrders()).toHaveLength(2);
    expect(receiver.callbacks).toHaveLength(2);
    expect(await (await find('one')).json()).toEqual({ acceptedAt: expect.any(String), count: 10 });
  });

  it.each([
    ['that is signed with another key', { 'webhook-signature': '00'.repeat(32) }, 401],
    ['without a signature', { 'webhook-signature': '' }, 401],
    ['without an idempotency key', { 'idempotency-key': '' }, 400],
  ])('refuses an order %s', async (_, headers, status) => {
    expect((await order('one', headers)).status).toBe(status);
    expect((await find('one')).status).toBe(404);
  });

  it('tells nobody else what it has', async () => {
    await order('one');
    expect((await find('one', sign('two'))).status).toBe(401);
  });

  it('takes no orders without a key of its own', async () => {
    await factory.stop();
    factory = await TestFactory.start();
    expect((await order('one')).status).toBe(401);
  });
});
