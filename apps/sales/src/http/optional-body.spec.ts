import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { OPERATIONS_API_KEY, SalesUnderTest } from '../testing/sales-under-test.js';

const ID = '01890000-0000-7000-8000-000000000000';

interface Operation {
  requestBody?: { required: boolean };
}

describe('a body', () => {
  let sales: SalesUnderTest;

  beforeAll(async () => {
    sales = await SalesUnderTest.start();
    await sales.warehouse.stockProduct('RING', 10);
  });

  afterAll(() => sales.stop());

  const post = (url: string, payload: string | undefined, headers: Record<string, string>) =>
    sales.application.inject({
      method: 'POST',
      url,
      headers: { 'x-api-key': OPERATIONS_API_KEY, ...headers },
      ...(payload !== undefined && { payload }),
    });

  it.each([`/restock-orders/${ID}/cancel`, `/dead-letters/${ID}/redrive`, `/dead-letters/${ID}/discard`])(
    'that is optional may be empty, with or without a content type: %s',
    async (url) => {
      for (const headers of [
        {},
        { 'content-type': 'application/json' },
        { 'content-type': 'application/json; charset=utf-8' },
        { 'content-type': 'application/json', 'transfer-encoding': 'chunked' },
        { 'content-type': 'application/json', 'content-length': '0' },
      ]) {
        // Past the body: there is no such order.
        expect((await post(url, undefined, headers as Record<string, string>)).statusCode).toBe(404);
      }
      for (const body of ['null', '{}', '{"by":null,"note":null}']) {
        expect((await post(url, body, { 'content-type': 'application/json' })).statusCode).toBe(404);
      }
      expect((await post(url, ' ', { 'content-type': 'application/json' })).statusCode).toBe(400);
    },
  );

  it('is described as optional only where it is optional', async () => {
    const paths: Record<string, Record<string, Operation>> = (await sales.ask('GET', '/openapi.json')).body
      .paths;
    const optional = Object.entries(paths).flatMap(([path, operations]) =>
      Object.values(operations)
        .filter(({ requestBody }) => requestBody && !requestBody.required)
        .map(() => path),
    );
    expect(optional.sort()).toEqual([
      '/api-keys/{id}/rotate',
      '/dead-letter-jobs/{id}/start',
      '/dead-letters/{id}/discard',
      '/dead-letters/{id}/redrive',
      '/restock-orders/{id}/cancel',
      '/sales/{id}/cancel',
    ]);
  });

  it('that is required may not be empty', async () => {
    for (const url of ['/sales', '/products/RING/adjustments', '/hello']) {
      expect((await post(url, undefined, { 'content-type': 'application/json' })).statusCode).toBe(400);
    }
  });

  it('of a sale accepts the address that an answer contains, null included', async () => {
    const lines = [{ sku: 'RING', quantity: 1 }];
    for (const customerEmail of [null, 'kim@example.com']) {
      const { body } = await sales.ask('POST', '/sales', { body: { lines, customerEmail } });
      expect(body).toMatchObject({ customerEmail });
    }
    const key = { headers: { 'idempotency-key': 'null-is-none' } };
    const first = await sales.ask('POST', '/sales', { ...key, body: { lines } });
    const again = await sales.ask('POST', '/sales', { ...key, body: { lines, customerEmail: null } });
    expect(again).toMatchObject({
      status: 201,
      text: first.text,
      headers: { 'idempotent-replayed': 'true' },
    });
  });
});
