import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SalesUnderTest } from '../testing/sales-under-test.js';

const AS_STRANGER = { headers: { 'x-api-key': undefined } };
const UNKNOWN = '01890000-0000-7000-8000-000000000000';

describe('webhook endpoints over HTTP', () => {
  let sales: SalesUnderTest;

  beforeAll(async () => {
    sales = await SalesUnderTest.start();
    await sales.warehouse.stockProduct('RING', 100);
  });
  afterAll(() => sales.stop());

  const add = (body: object, headers = {}) => sales.ask('POST', '/webhook-endpoints', { body, headers });

  it('are for operators alone', async () => {
    expect((await sales.ask('GET', '/webhook-endpoints', AS_STRANGER)).status).toBe(401);
    expect((await sales.ask('GET', '/webhook-deliveries', AS_STRANGER)).status).toBe(401);
  });

  it('show their secret once, and are all that was said of them', async () => {
    const added = await add({ url: 'https://192.0.2.1/hooks', description: 'the shop' });
    expect(added).toMatchObject({
      status: 201,
      headers: { location: `/webhook-endpoints/${added.body.id}` },
      body: {
        url: 'https://192.0.2.1/hooks',
        status: 'ENABLED',
        eventTypes: ['sale.confirmed', 'sale.ended', 'stock.sold_out', 'stock.back', 'restock.overdue'],
        secret: expect.stringMatching(/^whsec_[A-Za-z0-9+/]{43}=$/),
      },
    });
    const { secret, ...rest } = added.body;
    const shown = await sales.ask('GET', `/webhook-endpoints/${added.body.id}`);
    expect(shown.body).toEqual(rest);
    const listed = await sales.ask('GET', '/webhook-endpoints');
    expect(listed.body.items).toEqual([rest]);
    expect(listed.text).not.toContain(secret);
  });

  it('are added once under an idempotency key', async () => {
    const body = { url: 'https://192.0.2.2/' };
    const [first, again] = [
      await add(body, { 'idempotency-key': 'hook' }),
      await add(body, { 'idempotency-key': 'hook' }),
    ];
    expect(again.body).toEqual(first.body);
    expect(again.headers['idempotent-replayed']).toBe('true');
  });

  it.each([
    'http://192.0.2.1/',
    'https://127.0.0.1/',
    'https://localhost/',
    'https://[::1]/',
    'https://[::ffff:10.0.0.1]/',
    'https://169.254.169.254/latest/meta-data',
    'https://2130706433/',
    'https://kim:secret@192.0.2.1/',
  ])('are refused at %s', async (url) => {
    const { status, body } = await add({ url });
    expect({ status, code: body.code }).toEqual({ status: 422, code: 'WEBHOOK_ENDPOINT.REFUSED' });
    expect(body.detail).not.toContain('secret');
    const { body: endpoint } = await add({ url: 'https://192.0.2.3/' });
    expect((await sales.ask('PATCH', `/webhook-endpoints/${endpoint.id}`, { body: { url } })).status).toBe(
      422,
    );
  });

  it('may have a host that is not found yet', async () => {
    expect((await add({ url: 'https://no-such-host.invalid/' })).status).toBe(201);
  });

  it('are changed, and get a new secret, and are removed', async () => {
    const { body: added } = await add({ url: 'https://192.0.2.4/' });
    const url = `/webhook-endpoints/${added.id}`;
    const changed = await sales.ask('PATCH', url, {
      body: { eventTypes: ['stock.back'], status: 'DISABLED' },
    });
    expect(changed.body).toMatchObject({ eventTypes: ['stock.back'], status: 'DISABLED', url: added.url });
    const rotated = await sales.ask('POST', `${url}/rotate-secret`);
    expect(rotated.body.secret).not.toBe(added.secret);
    expect(Date.parse(rotated.body.previousSecretUntil)).toBeGreaterThan(Date.now() + 23 * 3_600_000);
    const remove = () =>
      sales.application.inject({ method: 'DELETE', url, headers: { 'x-api-key': 'an-operations-key' } });
    expect((await remove()).statusCode).toBe(204);
    expect((await remove()).statusCode).toBe(404);
  });

  it('and deliveries that there are not are said to be unknown', async () => {
    for (const [url, code] of [
      [`/webhook-endpoints/${UNKNOWN}`, 'WEBHOOK_ENDPOINT.UNKNOWN'],
      [`/webhook-deliveries/${UNKNOWN}`, 'WEBHOOK_DELIVERY.UNKNOWN'],
    ] as const) {
      expect(await sales.ask('GET', url)).toMatchObject({ status: 404, body: { code } });
    }
    expect((await sales.ask('POST', `/webhook-deliveries/${UNKNOWN}/resend`)).status).toBe(404);
  });

  it('are told of a sale that comes right after, in the process that registered them', async () => {
    await sales.buy('RING');
    expect(await sales.warehouse.outbox('webhooks')).toHaveLength(1);
  });
});
