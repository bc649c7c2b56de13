import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { gzipSync } from 'node:zlib';
import { type Case } from './bad-input-answers.js';
import { requestOf } from './bad-input-requests.js';
import { ROUTES } from './bad-input-routes.js';
import { BadInputTarget } from './bad-input-target.js';
import { bytesOf, exchange, headerOf, type RawRequest } from './raw-http.js';
import { OPERATIONS_API_KEY } from './running-system.js';

const MEDIA_TYPES = [
  'text/plain',
  'application/xml',
  'application/x-www-form-urlencoded',
  'multipart/form-data',
].concat('application/jsonp', 'application/json/json', ';;;', '', 'x'.repeat(1_000));
const KEY_ALONE = { 'x-api-key': OPERATIONS_API_KEY };

const routes = Object.entries(ROUTES);

let target: BadInputTarget;

beforeAll(async () => {
  target = await BadInputTarget.start();
}, 90_000);

afterAll(() => target.system.remove(), 60_000);

describe.each(routes.filter(([, { body }]) => body))('the body of %s', (name, route) => {
  const sound = JSON.stringify(route.body);
  const open = sound.slice(0, -1);
  const [first] = Object.keys(route.body!);
  const post = (body: string | Buffer, more: Partial<RawRequest> = {}): RawRequest => ({
    ...requestOf(name, route),
    body: Buffer.from(body as string),
    ...more,
  });

  it('is refused when it cannot be read', async () => {
    const brokenText = (...bytes: number[]) =>
      Buffer.concat([Buffer.from(`${open},"text":"`), Buffer.from(bytes), Buffer.from('"}')]);
    const unreadable: Record<string, string | Buffer> = {
      ...(!route.isBodyOptional && { 'nothing at all': '' }),
      'only a BOM': '\ufeff',
      'no JSON': 'hello',
      'a form': 'input=1',
      XML: '<input>1</input>',
      'cut off': open,
      'two values': sound + sound,
      NaN: `${open},"${first}":NaN}`,
      'arrays 10,000 deep': '['.repeat(10_000) + ']'.repeat(10_000),
      'a field 10,000 deep': `${open},"deep":${'['.repeat(10_000)}${']'.repeat(10_000)}}`,
      'objects 9,000 deep': `${open},"deep":${'{"a":'.repeat(9_000)}1${'}'.repeat(9_000)}}`,
      __proto__: `${open},"__proto__":{"isAdmin":true}}`,
      'constructor.prototype': `${open},"constructor":{"prototype":{"isAdmin":true}}}`,
      'invalid UTF-8': brokenText(0xff, 0xfe),
      'half a character': brokenText(0xf0, 0x9f),
      'UTF-16': Buffer.from(sound, 'utf16le'),
      gzip: gzipSync(sound),
      'null bytes': Buffer.alloc(1_000),
      'a member twice': `${open},"${first}":${JSON.stringify(route.body![first!])}}`,
      'a member twice, once escaped': `${open},"\\u00${first!.charCodeAt(0).toString(16)}${first!.slice(1)}":1}`,
      'a member twice deep inside': `${open},"unknown":[{"a":{"b":1,"c":2,"b":1}}]}`,
      'a number that rounds to another': `${open},"unknown":0.99999999999999999999}`,
      'an integer that rounds to another': `${open},"unknown":[9007199254740993]}`,
      'a number beyond all doubles': `${open},"unknown":1e400}`,
    };
    await target.expectRefusals(
      Object.entries(unreadable).flatMap(([what, body]) => [
        { name: what, request: post(body), status: 400 },
        { name: `${what}, in chunks`, request: post(body, { isChunked: true }), status: 400 },
      ]),
    );
  });

  it('is refused when it is no object, or says a thing twice and once wrong', async () => {
    const invalid = ['true', '7', '"text"', '[]', `[${sound}]`, '[[[]]]', `${open},"${first}":[[]]}`];
    if (!route.isBodyOptional) invalid.push('null');
    await target.expectRefusals(
      invalid.flatMap((body) => [
        { name: body, request: post(body), status: 400, at: 'body' },
        { name: `${body}, in chunks`, request: post(body, { isChunked: true }), status: 400, at: 'body' },
      ]),
    );
    const none: Case = {
      name: 'no body',
      request: post('', { headers: KEY_ALONE, body: undefined }),
      at: 'body',
    };
    if (!route.isBodyOptional) await target.expectRefusals([{ ...none, status: 400 }]);
  });

  it('is refused above 64 KiB, and in any other media type', async () => {
    const { headers } = requestOf(name, route);
    const huge = `${sound}${' '.repeat(64 * 1024)}`;
    await target.expectRefusals([
      { name: 'too long', request: post(huge), status: 413 },
      { name: 'too long, in chunks', request: post(huge, { isChunked: true }), status: 413 },
      { name: 'much too long', request: post('x'.repeat(5_000_000)), status: 413 },
      { name: 'no media type', request: post(sound, { headers: KEY_ALONE }), status: 415 },
      ...MEDIA_TYPES.concat(name.startsWith('PATCH') ? [] : 'application/merge-patch+json').map((type) => ({
        name: type,
        request: post(sound, { headers: { ...headers, 'content-type': type } }),
        status: 415,
      })),
    ]);
  });

  it('is refused when it is compressed, or in another charset than UTF-8', async () => {
    const { headers } = requestOf(name, route);
    const encoded = (encoding: string | string[], body: string | Buffer = sound) =>
      post(body, { headers: { ...headers, 'content-encoding': encoding } });
    const typed = (parameters: string) =>
      post(sound, { headers: { ...headers, 'content-type': `application/json${parameters}` } });
    const cases = [
      { name: 'gzip', request: encoded('gzip', gzipSync(sound)), status: 415 },
      { name: 'said to be gzip', request: encoded('GZip'), status: 415 },
      { name: 'two encodings', request: encoded(['identity', 'br']), status: 415 },
      ...[
        ';charset=EUC-KR',
        '; Charset="euc-kr"',
        '; q=1;charset=latin1',
        ';charset=',
        '; charset=utf-16',
      ].map((parameters) => ({ name: parameters, request: typed(parameters), status: 415 })),
    ];
    await target.expectRefusals(cases);
    const gzipped = await exchange(target.port, bytesOf(cases[0]!.request));
    expect(headerOf(gzipped, 'accept-encoding')).toBe('identity');
    for (const sent of [
      encoded('identity'),
      typed('; charset=UTF-8'),
      typed(';charset="utf-8"'),
      typed('; q=1'),
    ]) {
      // Of several that are taken, the first creates.
      expect([route.status, 200]).toContain((await exchange(target.port, bytesOf(sent))).status);
    }
  });
});

it('sells nothing for a quantity that is no whole number until it is rounded', async () => {
  for (const quantity of ['0.99999999999999999999', '1.00000000000000000001', '9007199254740993']) {
    const body = Buffer.from(`{"lines":[{"sku":"CP-502101","quantity":${quantity}}]}`);
    const request = { ...requestOf('POST /sales', ROUTES['POST /sales']!), body };
    await target.expectRefusals([{ name: quantity, request, status: 400 }]);
  }
});

it('lists all faults of a body together', async () => {
  const sale = { lines: [{ sku: 'a b', quantity: 0 }], customerEmail: 'kim', gift: true };
  const { status, body } = await target.system.post('/sales', sale);
  expect([status, body.errors.map(({ at }: { at: string }) => at).sort()]).toEqual([
    400,
    ['body', 'body/customerEmail', 'body/lines/0/quantity', 'body/lines/0/sku'],
  ]);
});

it('names the first fault of a body that is too large to be searched for all', async () => {
  const unlisted = { at: 'body', message: 'is too large to be searched for more faults', pointer: '' };
  const { body } = await target.system.post('/sales', { lines: Array(800).fill(0) });
  expect(body.errors).toEqual([
    { at: 'body/lines', message: 'must NOT have more than 50 items', pointer: '/lines' },
    unlisted,
  ]);
  const named = await target.system.post('/sales', {
    ['x'.repeat(9_000)]: 1,
    lines: [{ sku: 'A', quantity: 1 }],
  });
  expect(named.body.errors).toEqual([
    {
      at: 'body',
      message: `must NOT have additional properties: ${'x'.repeat(100)}`,
      pointer: `/${'x'.repeat(100)}`,
    },
  ]);
});

it.each(routes.filter(([, { body }]) => body))(
  '%s turns away thousands of values before it looks at one of them',
  async (name, route) => {
    const members = Object.fromEntries(Array.from({ length: 4_000 }, (_, index) => [`member${index}`, 1]));
    for (const huge of [
      Array(30_000).fill(0),
      { lines: Array(20_000).fill({}) },
      { ...route.body, ...members },
    ]) {
      const request = { ...requestOf(name, route), body: Buffer.from(JSON.stringify(huge)) };
      const answer = await exchange(target.port, bytesOf(request));
      expect(answer.status).toBe(400);
      expect(JSON.parse(answer.text)).toMatchObject({
        code: 'REQUEST.MALFORMED',
        detail: 'The body has more than 1000 values.',
      });
    }
  },
);

it('leaves the process as it was', () => target.expectUnharmed(), 60_000);
