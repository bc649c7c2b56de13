import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { SalesUnderTest } from '../testing/sales-under-test.js';

let sales: SalesUnderTest;

beforeAll(async () => {
  sales = await SalesUnderTest.start();
});
afterAll(() => sales.stop());

it('points at the members of the body that are wrong, unknown or missing', async () => {
  const answer = await sales.application.inject({
    method: 'POST',
    url: '/sales',
    payload: { lines: [{ sku: 'CP-1', quantity: 'two' }, { sku: 'CP-2' }], 'a/b~c': 1 },
  });
  expect(answer.statusCode).toBe(400);
  const { errors } = answer.json<{ errors: { at: string; pointer: string }[] }>();
  expect(errors.map(({ pointer }) => pointer).sort()).toEqual([
    '/a~1b~0c',
    '/lines/0/quantity',
    '/lines/1/quantity',
  ]);
});

it('points at nothing outside of the body', async () => {
  const answer = await sales.application.inject({ url: '/products?limit=0' });
  const { errors } = answer.json<{ errors: object[] }>();
  expect(errors).toEqual([{ at: 'querystring/limit', message: expect.any(String) }]);
});
