import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SalesUnderTest } from '../testing/sales-under-test.js';
import { ERROR_CATALOGUE } from './error-catalogue.js';
import { KOREAN_CATALOGUE } from './korean-catalogue.js';

const KOREAN = /[가-힣]/;

describe('the language of an error', () => {
  let sales: SalesUnderTest;

  beforeAll(async () => {
    sales = await SalesUnderTest.start();
    await sales.warehouse.stockProduct('RING', 1, { maxPerSale: 5 });
  });
  afterAll(() => sales.stop());

  const ask = (language: string | undefined, url = '/no-such-route') =>
    sales.application.inject({ url, headers: language === undefined ? {} : { 'accept-language': language } });

  it.each([
    ['ko', 'ko'],
    ['ko-KR,ko;q=0.9,en-US;q=0.8,en;q=0.7', 'ko'],
    ['en-US,en;q=0.9,ko;q=0.8', 'en'],
    ['fr, ko;q=0.5', 'ko'],
    ['fr', 'en'],
    ['*', 'en'],
    [';;;,q=', 'en'],
    [undefined, 'en'],
  ])('is what Accept-Language asks for: %s', async (asked, expected) => {
    const answer = await ask(asked);
    expect(answer.headers).toMatchObject({
      'content-language': expected,
      vary: expect.stringContaining('Accept-Language'),
    });
    const titles = {
      en: ERROR_CATALOGUE['ROUTE.UNKNOWN'].title,
      ko: KOREAN_CATALOGUE['ROUTE.UNKNOWN'].title,
    };
    expect(answer.json()).toMatchObject({
      code: 'ROUTE.UNKNOWN',
      title: titles[expected as keyof typeof titles],
    });
  });

  it('is Korean in every text for a person', async () => {
    const place = (payload: string, headers: Record<string, string> = {}) =>
      sales.application.inject({
        method: 'POST',
        url: '/sales',
        payload,
        headers: { 'content-type': 'application/json', 'accept-language': 'ko', ...headers },
      });
    const lines = (quantity: unknown, sku = 'RING') => JSON.stringify({ lines: [{ sku, quantity }] });
    const answers = [
      await place(lines('two')),
      await place('{'),
      await place('{"lines":1e999}'),
      await place(lines(2)),
      await place(lines(6)),
      await place(lines(1, 'NO-SUCH')),
      await place(lines(1), { 'content-encoding': 'gzip' }),
      await ask('ko', '/products/%zz'),
      await ask('ko', '/reconcile'),
      await ask('ko', '/sales/01890000-0000-7000-8000-000000000000'),
    ];
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([
      400, 400, 400, 409, 422, 404, 415, 400, 401, 404,
    ]);
    for (const answer of answers) {
      const {
        title,
        detail,
        errors = [],
      } = answer.json<{
        title: string;
        detail?: string;
        errors?: { message: string }[];
      }>();
      for (const text of [title, detail ?? '가', ...errors.map(({ message }) => message)]) {
        expect(text).toMatch(KOREAN);
      }
    }
  });

  it('is that of the page that the type leads to', async () => {
    const page = await sales.application.inject({
      url: '/errors/STOCK.INSUFFICIENT',
      headers: { accept: 'text/html', 'accept-language': 'ko' },
    });
    expect(page.body).toContain('<html lang="ko">');
    expect(page.body).toContain(KOREAN_CATALOGUE['STOCK.INSUFFICIENT'].title);
    expect((await ask('ko', '/errors/STOCK.INSUFFICIENT')).json()).toMatchObject(
      KOREAN_CATALOGUE['STOCK.INSUFFICIENT'],
    );
  });
});
