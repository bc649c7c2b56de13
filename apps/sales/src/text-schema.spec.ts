import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { OPERATIONS_API_KEY, SalesUnderTest } from './testing/sales-under-test.js';

const ID = '01890000-0000-7000-8000-000000000000';

describe('texts that clients send', () => {
  let sales: SalesUnderTest;

  beforeAll(async () => {
    sales = await SalesUnderTest.start();
    await sales.warehouse.stockProduct('RING', 1_000);
  });

  afterAll(() => sales.stop());

  const send = (method: 'POST' | 'PUT', url: string, payload: Record<string, unknown>) =>
    sales.application.inject({ method, url, payload, headers: { 'x-api-key': OPERATIONS_API_KEY } });

  const buyAs = (customerEmail: string) =>
    send('POST', '/sales', { lines: [{ sku: 'RING', quantity: 1 }], customerEmail });

  const product = {
    name: 'Ring',
    priceKrw: 1_000,
    factoryId: 'FF-1',
    reorderPoint: 0,
    targetLevel: 10,
    lotSize: 10,
    maxPerSale: 10,
    adManagerEmail: 'ads@example.com',
  };

  describe('as e-mail addresses', () => {
    it.each([
      'kim@example.com',
      'Kim.Lee+donut@mail.example.co.kr',
      "o'brien_{x}@example.com",
      'kim@도넛.kr',
      'kim@도넛.한국',
      'kim@bücher.example',
      'kim@xn--050bl4c.kr',
      'kim@4ever.example',
      `${'k'.repeat(64)}@example.com`,
      `kim@${'a'.repeat(63)}.com`,
    ])('are accepted, stored and returned unchanged: %s', async (email) => {
      const answer = await buyAs(email);
      expect([answer.statusCode, answer.json().customerEmail]).toEqual([201, email]);
      const stored = await sales.application.inject({
        url: String(answer.headers.location),
        headers: { 'x-sale-token': answer.json().token },
      });
      expect(stored.json().customerEmail).toBe(email);
    });

    it.each<[string, string]>([
      ['a local part of 65 characters', `${'k'.repeat(65)}@example.com`],
      ['a local part of 200 characters', `${'k'.repeat(200)}@example.com`],
      ['an address of 255 characters', `kim@${'a.'.repeat(124)}com`],
      ['an address whose ASCII form is too long', `kim@${`${'도넛'.repeat(10)}.`.repeat(11)}kr`],
      ['a label of 64 characters', `kim@${'a'.repeat(64)}.com`],
      ['a top-level domain of digits', 'a@b.1'],
      ['an IP address', 'kim@192.0.2.1'],
      ['an IP address in full-width digits', 'kim@１９２.0.2.1'],
      ['a local part that SES cannot send to', '킴@example.com'],
      ['an encoded character in an international domain', 'kim@%61.도넛.kr'],
      ['a hyphen at the end of a label', 'kim@도넛-.kr'],
      ['a zero-width character', 'kim@도\u200b넛.kr'],
      ['a soft hyphen', 'kim@exa\u00admple.com'],
      ['a text that turns round', 'kim@\u202emoc.elpmaxe'],
      ['a control character', 'kim@example.com\u0000'],
      ['two dots', 'kim..lee@example.com'],
      ['a dot at the end', 'kim@example.com.'],
      ['one label', 'kim@example'],
    ])('are refused with %s', async (_, email) => {
      const saved = await send('PUT', '/products/MAIL', { ...product, adManagerEmail: email });
      for (const { answer, at } of [
        { answer: await buyAs(email), at: 'body/customerEmail' },
        { answer: saved, at: 'body/adManagerEmail' },
      ]) {
        expect([answer.statusCode, answer.json().code]).toEqual([400, 'REQUEST.INVALID']);
        const { errors } = answer.json<{ errors: { at: string }[] }>();
        expect([...new Set(errors.map((error) => error.at))]).toEqual([at]);
      }
    });

    it('are refused with a text that describes a valid address', async () => {
      expect((await buyAs('킴@example.com')).json().errors).toEqual([
        {
          at: 'body/customerEmail',
          pointer: '/customerEmail',
          message: expect.stringMatching(/^must be an e-mail address: .*ASCII/),
        },
      ]);
    });
  });

  describe('that appear in mails and logs', () => {
    const hidden: [string, string][] = [
      ['spaces alone', '   '],
      ['no-break and ideographic spaces alone', '\u00a0\u3000'],
      ['a Hangul filler alone', '\u3164'],
      ['a zero-width space', 'Do\u200bnut'],
      ['a zero-width joiner between letters', 'Do\u200dnut'],
      ['a byte-order mark', '\ufeffDonut'],
      ['a soft hyphen', 'Do\u00adnut'],
      ['an override of direction', 'Donut \u202etunod'],
      ['an isolate of direction', 'Donut \u2066x\u2069'],
      ['a mark of direction', 'Donut\u200f'],
      ['a line break', 'Donut\r\nBcc: lee@example.com'],
      ['a line separator', 'Donut\u2028x'],
      ['a null character', 'Donut\u0000'],
      ['an escape character', 'Donut\u001b[31m'],
      ['half a character', 'Donut\ud800'],
      ['a variation selector on a letter', 'Donut\ufe0f'],
    ];
    const places: [string, 'POST' | 'PUT', string, Record<string, unknown>][] = [
      ['name', 'PUT', '/products/NAME', product],
      ['note', 'POST', '/products/RING/adjustments', { delta: 1 }],
      ['note', 'POST', `/restock-orders/${ID}/cancel`, { by: 'kim' }],
      ['by', 'POST', `/restock-orders/${ID}/cancel`, { note: 'late' }],
      ['by', 'POST', `/dead-letters/${ID}/discard`, { note: 'late' }],
    ];

    it.each(hidden)('are refused with %s', async (_, text) => {
      for (const [member, method, url, rest] of places) {
        const answer = await send(method, url, { ...rest, [member]: text });
        expect([url, member, answer.statusCode]).toEqual([url, member, 400]);
        expect(answer.body).toContain('must have a visible character');
      }
    });

    it.each([
      '도넛',
      ' Ring donut, 6 pcs. ',
      '한정판 흑임자 도넛 🍩',
      '👩🏽‍🍳 chef’s ❤️‍🔥 pick 1️⃣ ☕️',
      'Käse‑Krapfen №5 – 50 %',
      'دونات',
      'ドーナツ・〆',
      'do\u0301nut',
    ])('are accepted unchanged: %s', async (name) => {
      const answer = await send('PUT', '/products/NAME', { ...product, name });
      expect([200, 201]).toContain(answer.statusCode);
      expect(answer.json().name).toBe(name);
      expect((await send('POST', '/products/NAME/adjustments', { delta: 1, note: name })).statusCode).toBe(
        200,
      );
      const cancelled = await send('POST', `/restock-orders/${ID}/cancel`, { by: name, note: name });
      expect(cancelled.json().code).toBe('RESTOCK_ORDER.UNKNOWN');
    });
  });

  it('that contradict each other in a product are both named', async () => {
    const rules = { reorderPoint: 1_000, targetLevel: 1, lotSize: 1 };
    const answer = await send('PUT', '/products/LOOP', { ...product, ...rules });
    expect(answer.json()).toMatchObject({
      status: 422,
      code: 'PRODUCT.RULES_CONTRADICT',
      members: ['targetLevel', 'reorderPoint'],
      targetLevel: 1,
      reorderPoint: 1_000,
    });
  });
});
