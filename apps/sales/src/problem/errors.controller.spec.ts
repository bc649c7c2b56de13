import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SalesUnderTest } from '../testing/sales-under-test.js';
import { ERROR_CATALOGUE } from './error-catalogue.js';

describe('the type of a problem', () => {
  let sales: SalesUnderTest;

  beforeAll(async () => {
    sales = await SalesUnderTest.start();
  });
  afterAll(() => sales.stop());

  const get = (url: string, accept = '*/*') => sales.application.inject({ url, headers: { accept } });

  it('leads to what it means', async () => {
    const { type } = (await get('/no-such-route')).json();
    const described = await get(type);
    expect(described.statusCode).toBe(200);
    expect(described.json()).toEqual({ code: 'ROUTE.UNKNOWN', ...ERROR_CATALOGUE['ROUTE.UNKNOWN'] });
  });

  it.each(Object.keys(ERROR_CATALOGUE))('is a page for a browser, too: %s', async (code) => {
    const answer = await get(`/errors/${code}`, 'text/html,application/xhtml+xml,*/*;q=0.8');
    expect(answer.statusCode).toBe(200);
    expect(answer.headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': expect.stringContaining("default-src 'none'"),
      vary: expect.stringContaining('Accept'),
    });
    expect(answer.body).toContain(`<code>${code}</code>`);
    expect(answer.body).not.toContain('`');
  });

  it.each(['NO.SUCH', 'CONSTRUCTOR.NAME'])('that nobody knows is 404: %s', async (code) => {
    expect((await get(`/errors/${code}`)).statusCode).toBe(404);
  });
});
