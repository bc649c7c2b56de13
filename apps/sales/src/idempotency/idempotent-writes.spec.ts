import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DeadLetterService } from '#inventory';
import { TEST_DATABASES } from '../../../../libs/inventory/src/testing/test-database.js';
import { SalesUnderTest } from '../testing/sales-under-test.js';

const RULES = {
  name: 'Ring',
  priceKrw: 1_000,
  factoryId: 'FF-1',
  reorderPoint: 0,
  targetLevel: 50,
  lotSize: 10,
  maxPerSale: 50,
  adManagerEmail: 'ads@donut-states.example',
};

interface Operation {
  tags: string[];
  parameters?: { name: string }[];
}

describe.each(TEST_DATABASES)('the writes of operators on %s', (kind) => {
  let sales: SalesUnderTest;

  beforeAll(async () => {
    sales = await SalesUnderTest.start({}, kind);
  }, 60_000);

  afterAll(() => sales.stop());

  const onHand = async (sku: string) => (await sales.ask('GET', `/products/${sku}`)).body.stock.onHand;

  async function openDeadLetter(): Promise<string> {
    const letters = sales.application.get(DeadLetterService, { strict: false });
    const messageId = `m-${Math.random()}`;
    await letters.open({ queue: 'probe', messageId, body: '{"input":1}', attributes: {} });
    return (await letters.list({ limit: 1 })).items[0]!.id;
  }

  /** Sends it twice, and expects one answer. */
  async function expectOneWrite(
    method: 'PUT' | 'PATCH' | 'POST',
    url: string,
    body: object | undefined,
    headers: Record<string, string> = {},
  ) {
    const given = { body, headers: { 'idempotency-key': `${method}:${url}`, ...headers } };
    const first = await sales.ask(method, url, given);
    const again = await sales.ask(method, url, given);
    expect(first.headers).not.toHaveProperty('idempotent-replayed');
    expect(again).toMatchObject({
      status: first.status,
      text: first.text,
      headers: { 'content-type': first.headers['content-type'], 'idempotent-replayed': 'true' },
    });
    for (const name of ['etag', 'location', 'content-location']) {
      expect(again.headers[name]).toBe(first.headers[name]);
    }
    return first;
  }

  it('all accept an idempotency key, by the description of the API', async () => {
    const paths: Record<string, Record<string, Operation>> = (await sales.ask('GET', '/openapi.json')).body
      .paths;
    const writes = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods)
        .filter(([method, { tags }]) => method !== 'get' && tags.includes('operations'))
        .map(([method, { parameters = [] }]) => [`${method} ${path}`, parameters.map(({ name }) => name)]),
    );
    expect(writes).toHaveLength(12);
    for (const [, names] of writes) {
      expect(names).toEqual(expect.arrayContaining(['idempotency-key', 'x-client-id']));
    }
  });

  it('adjust once', async () => {
    await sales.warehouse.stockProduct('ADJUSTED', 10);
    const body = { delta: 5, note: 'found' };
    expect(await expectOneWrite('POST', '/products/ADJUSTED/adjustments', body)).toMatchObject({
      status: 200,
    });
    expect(await onHand('ADJUSTED')).toBe(15);
  });

  it('create, replace and change a product once, also with changes in between', async () => {
    expect(await expectOneWrite('PUT', '/products/SAVED', RULES)).toMatchObject({ status: 201 });
    const key = { 'idempotency-key': 'replace' };
    await sales.ask('PUT', '/products/SAVED', { body: { ...RULES, priceKrw: 1 }, headers: key });
    await sales.ask('PATCH', '/products/SAVED', { body: { priceKrw: 2 } });
    const replayed = await sales.ask('PUT', '/products/SAVED', {
      body: { ...RULES, priceKrw: 1 },
      headers: key,
    });
    expect(replayed).toMatchObject({
      status: 200,
      body: { priceKrw: 1 },
      headers: { 'idempotent-replayed': 'true' },
    });
    expect((await sales.ask('GET', '/products/SAVED')).body.priceKrw).toBe(2);
    await expectOneWrite('PATCH', '/products/SAVED', { name: 'Old ring' });
  });

  it('repeat the answer to a conditional change, although the condition no longer holds', async () => {
    await sales.warehouse.stockProduct('GUARDED', 10);
    const { etag } = (await sales.ask('GET', '/products/GUARDED')).headers;
    const guard = { 'if-match': String(etag) };
    expect(await expectOneWrite('PATCH', '/products/GUARDED', { priceKrw: 9 }, guard)).toMatchObject({
      status: 200,
    });
  });

  it('cancel a restock order once', async () => {
    const { id } = await sales.warehouse.openRestockOrder('CANCELLED', 10);
    const answer = await expectOneWrite('POST', `/restock-orders/${id}/cancel`, { by: 'kim' });
    expect(answer).toMatchObject({ status: 200, body: { status: 'CANCELLED' } });
  });

  it.each(['redrive', 'discard'])('%s a dead letter once', async (what) => {
    const answer = await expectOneWrite('POST', `/dead-letters/${await openDeadLetter()}/${what}`, undefined);
    expect(answer.status).toBe(200);
  });

  it('are refused under the key of a request with another path, method or body', async () => {
    await sales.warehouse.stockProduct('REUSED', 10);
    const headers = { 'idempotency-key': 'reused' };
    const body = { delta: 1, note: 'count' };
    await sales.ask('POST', '/products/REUSED/adjustments', { body, headers });
    const reordered = { note: 'count', delta: 1 };
    expect(
      await sales.ask('POST', '/products/REUSED/adjustments', { body: reordered, headers }),
    ).toMatchObject({
      headers: { 'idempotent-replayed': 'true' },
    });
    const others = [
      sales.ask('POST', '/products/REUSED/adjustments', { body: { ...body, delta: 2 }, headers }),
      sales.ask('POST', '/products/ADJUSTED/adjustments', { body, headers }),
      sales.ask('PATCH', '/products/REUSED', { body: {}, headers }),
      sales.ask('PUT', '/products/REUSED', { body: RULES, headers }),
    ];
    for (const other of await Promise.all(others)) {
      expect(other).toMatchObject({ status: 422, body: { code: 'REQUEST.KEY_REUSED' } });
    }
    const elsewhere = { headers: { ...headers, 'x-client-id': 'another' }, body };
    await sales.ask('POST', '/products/REUSED/adjustments', elsewhere);
    expect(await onHand('REUSED')).toBe(12);
  });

  it('do not use up their key when they are refused', async () => {
    await sales.warehouse.stockProduct('REFUSED', 1);
    const adjust = (delta: number) =>
      sales.ask('POST', '/products/REFUSED/adjustments', {
        body: { delta, note: 'count' },
        headers: { 'idempotency-key': 'refused' },
      });
    expect(await adjust(-2)).toMatchObject({ status: 409 });
    expect(await adjust(-1)).toMatchObject({ status: 200 });
  });

  it('take effect once when they are sent 16 times at once', async () => {
    await sales.warehouse.stockProduct('AT-ONCE', 10);
    const headers = { 'idempotency-key': 'at-once' };
    const answers = await Promise.all(
      Array.from({ length: 16 }, () =>
        sales.ask('POST', '/products/AT-ONCE/adjustments', { body: { delta: 5, note: 'found' }, headers }),
      ),
    );
    expect(answers.map(({ status, text }) => [status, text])).toEqual(
      Array(16).fill([200, answers[0]!.text]),
    );
    expect(await onHand('AT-ONCE')).toBe(15);
  }, 30_000);
});
