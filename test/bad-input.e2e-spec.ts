import { eventually } from '../libs/runtime/src/testing/eventually.js';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { gzipSync } from 'node:zlib';
import { type Case, complaintsOf } from './bad-input-answers.js';
import {
  bentRequest,
  type Operation,
  placesOf,
  randomNumbers,
  requestOf,
  withValueAt,
  wrongTypesFor,
} from './bad-input-requests.js';
import { ROUTES, type Sample } from './bad-input-routes.js';
import { breakOff, bytesOf, exchange, headerOf, type RawRequest } from './raw-http.js';
import { CALLBACK_SIGNING_KEY, OPERATIONS_API_KEY, RunningSystem } from './running-system.js';

const MEDIA_TYPES = [
  'text/plain',
  'application/xml',
  'application/x-www-form-urlencoded',
  'multipart/form-data',
].concat('application/jsonp', 'application/json/json', ';;;', '', 'x'.repeat(1_000));
/** Those that need no key. */
const PUBLIC_ROUTES = [
  'GET /health/live',
  'GET /health/ready',
  'GET /metrics',
  'GET /products',
  'GET /products/{sku}',
  'GET /restock-orders',
  'GET /restock-orders/{id}',
  'GET /sales/{id}',
  'POST /goods-receipts/{restockOrderId}',
  'POST /hello',
  'POST /produce',
  'POST /sales',
];
const KEY_ALONE = { 'x-api-key': OPERATIONS_API_KEY };
const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'TRACE', 'PROPFIND'];

const routes = Object.entries(ROUTES);

let system: RunningSystem;
let port: number;
let operations: Record<string, Operation>;
let startedAt: string;

beforeAll(async () => {
  system = await RunningSystem.start({ WRONG_KEYS_PER_MINUTE: '1000000' });
  port = Number(new URL(system.url('sales', '/')).port);
  const paths: Record<string, Record<string, Operation>> = (await system.get('/openapi.json')).body.paths;
  operations = Object.fromEntries(
    Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => [`${method.toUpperCase()} ${path}`, operation]),
    ),
  );
  startedAt = await startOfProcess();
}, 90_000);

afterAll(() => system.remove(), 60_000);

it('has bad input for every place in which a route of the API takes input', () => {
  const places = Object.entries(operations)
    .filter(([, { parameters, requestBody }]) => parameters ?? requestBody)
    .map(([name, operation]) => [name, [...placesOf(operation).keys()].sort()]);
  const tried = routes.map(([name, { bad }]) => [name, Object.keys(bad).sort()]);
  expect(Object.fromEntries(tried)).toEqual(Object.fromEntries(places));
});

it.each(routes)('%s takes a sound request, and names the place of every fault', async (name, route) => {
  expect((await exchange(port, bytesOf(requestOf(name, route)))).status).toBe(route.status);
  await expectRefusals(
    [...placesOf(operations[name]!)].flatMap(([at, { schema, isRequired }]) => {
      const values = [...route.bad[at]!, ...(schema ? wrongTypesFor(schema) : [])];
      if (isRequired) values.push(undefined);
      return values.map((value) => badValue(name, route, at, value));
    }),
  );
});

it.each(routes.filter(([, { takesUnknown }]) => !takesUnknown))(
  '%s refuses fields and queries that it does not know',
  async (name, route) => {
    const places = ['unknown', 'toString', '__proto__'].map((unknown) => `querystring/${unknown}`);
    if (route.body) places.push('body/unknown', 'body/toString');
    await expectRefusals(places.map((at) => badValue(name, route, at, '1')));
  },
);

it('opens every route to the operations key alone, but for those of buyers, the factory and machines', async () => {
  const names = Object.keys(operations);
  const isOptional = (requirement: object) => Object.keys(requirement).length === 0;
  const guarded = names.filter((name) => operations[name]!.security?.every((one) => !isOptional(one)));
  expect(names.filter((name) => !guarded.includes(name)).sort()).toEqual(PUBLIC_ROUTES);
  const keys = [undefined, '', 'wrong', `${OPERATIONS_API_KEY}0`, 'x'.repeat(9_000), '열쇠', ['two', 'keys']];
  await expectRefusals(
    guarded.flatMap((name) =>
      keys.map((key) => ({
        ...badValue(name, ROUTES[name] ?? {}, 'headers/x-api-key', key),
        name: `${name} with the key ${String(key)}`,
        status: 401,
      })),
    ),
  );
});

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
    await expectRefusals(
      Object.entries(unreadable).flatMap(([what, body]) => [
        { name: what, request: post(body), status: 400 },
        { name: `${what}, in chunks`, request: post(body, { isChunked: true }), status: 400 },
      ]),
    );
  });

  it('is refused when it is no object, or says a thing twice and once wrong', async () => {
    const invalid = ['true', '7', '"text"', '[]', `[${sound}]`, '[[[]]]', `${open},"${first}":[[]]}`];
    if (!route.isBodyOptional) invalid.push('null');
    await expectRefusals(
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
    if (!route.isBodyOptional) await expectRefusals([{ ...none, status: 400 }]);
  });

  it('is refused above 64 KiB, and in any other media type', async () => {
    const { headers } = requestOf(name, route);
    const huge = `${sound}${' '.repeat(64 * 1024)}`;
    await expectRefusals([
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
    await expectRefusals(cases);
    const gzipped = await exchange(port, bytesOf(cases[0]!.request));
    expect(headerOf(gzipped, 'accept-encoding')).toBe('identity');
    for (const sent of [
      encoded('identity'),
      typed('; charset=UTF-8'),
      typed(';charset="utf-8"'),
      typed('; q=1'),
    ]) {
      // Of several that are taken, the first creates.
      expect([route.status, 200]).toContain((await exchange(port, bytesOf(sent))).status);
    }
  });
});

it('sells nothing for a quantity that is no whole number until it is rounded', async () => {
  for (const quantity of ['0.99999999999999999999', '1.00000000000000000001', '9007199254740993']) {
    const body = Buffer.from(`{"lines":[{"sku":"CP-502101","quantity":${quantity}}]}`);
    const request = { ...requestOf('POST /sales', ROUTES['POST /sales']!), body };
    await expectRefusals([{ name: quantity, request, status: 400 }]);
  }
});

it('lists all faults of a body together', async () => {
  const sale = { lines: [{ sku: 'a b', quantity: 0 }], customerEmail: 'kim', gift: true };
  const { status, body } = await system.post('/sales', sale);
  expect([status, body.errors.map(({ at }: { at: string }) => at).sort()]).toEqual([
    400,
    ['body', 'body/customerEmail', 'body/lines/0/quantity', 'body/lines/0/sku'],
  ]);
});

it('names the first fault of a body that is too large to be searched for all', async () => {
  const unlisted = { at: 'body', message: 'is too large to be searched for more faults' };
  const { body } = await system.post('/sales', { lines: Array(800).fill(0) });
  expect(body.errors).toEqual([{ at: 'body/lines', message: 'must NOT have more than 50 items' }, unlisted]);
  const named = await system.post('/sales', { ['x'.repeat(9_000)]: 1, lines: [{ sku: 'A', quantity: 1 }] });
  expect(named.body.errors).toEqual([
    { at: 'body', message: `must NOT have additional properties: ${'x'.repeat(100)}` },
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
      const answer = await exchange(port, bytesOf(request));
      expect(answer.status).toBe(400);
      expect(JSON.parse(answer.text)).toMatchObject({
        code: 'REQUEST.MALFORMED',
        detail: 'The body has more than 1000 values.',
      });
    }
  },
);

it('takes every character that JSON can carry on its way to the queue', async () => {
  const callback = {
    ...ROUTES['POST /goods-receipts/{restockOrderId}']!.body,
    MessageText: '🍩 \ufffe \u0001 \ud800',
  };
  const answer = await system.post('/goods-receipts/any', callback);
  expect(answer).toMatchObject({ status: 403, body: { code: 'CALLBACK.FORGED' } });
});

it('finds no product under the names that every JavaScript object has', async () => {
  for (const sku of ['constructor', 'toString', 'hasOwnProperty']) {
    expect(await system.buy(sku, 1)).toMatchObject({ status: 404, body: { code: 'SKU.UNKNOWN' } });
    expect(await system.get(`/products/${sku}`)).toMatchObject({
      status: 404,
      body: { code: 'SKU.UNKNOWN' },
    });
  }
});

it('knows no other routes and methods', async () => {
  const templates = new Set(Object.keys(operations).map((name) => name.split(' ')[1]!));
  const params = Object.assign({}, ...routes.map(([, route]) => route.params)) as Sample['params'];
  const wrong = [...templates]
    .flatMap((template) => METHODS.map((method) => `${method} ${template}`))
    .filter((name) => !(name in operations));
  const nowhere = ['/', '//', '/nope', '/sales/1/2', '/Sales', '/products/../metrics', '/.env', '/docs/../x'];
  await expectRefusals([
    ...wrong.map((name) => ({ name, request: requestOf(name, { params }), status: 405 })),
    ...nowhere.map((path) => ({ name: path, request: { method: 'GET', path }, status: 404 })),
    ...[
      '/docs/static/../../package.json',
      '/docs/static/%2e%2e%2fpackage.json',
      '/docs/static/%00',
      '/%zz',
    ].map((path) => ({ name: path, request: { method: 'GET', path } })),
    ...['{}', 'hello', 'x'.repeat(70_000)].map((body) => ({
      name: `${body.slice(0, 10)} to nowhere`,
      request: { method: 'POST', path: '/nope', headers: { 'content-type': 'a/b' }, body: Buffer.from(body) },
    })),
  ]);
});

it('answers what is no HTTP, or no sound HTTP', async () => {
  const get = (header: string) => `GET /products HTTP/1.1\r\nHost: sales\r\n${header}\r\n\r\n`;
  const post = (header: string, body = '{}') =>
    `POST /sales HTTP/1.1\r\nHost: sales\r\nContent-Type: application/json\r\n${header}\r\n\r\n${body}`;
  const cases: [name: string, request: string | Buffer, status: number][] = [
    ['garbage', Buffer.from([0, 1, 2, 255, 254, 13, 10, 13, 10]), 400],
    ['TLS', Buffer.from('16030100a5010000a10303', 'hex'), 400],
    ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400],
    ['another protocol', 'SSH-2.0-OpenSSH_9.6\r\n\r\n', 400],
    ['an unknown method', 'BUY /sales HTTP/1.1\r\nHost: sales\r\n\r\n', 400],
    ['an unknown version', 'GET /sales HTTP/9.9\r\nHost: sales\r\n\r\n', 400],
    ['no Host', 'GET /products HTTP/1.1\r\n\r\n', 400],
    ['a path with a fragment', 'GET /metrics#x HTTP/1.1\r\nHost: sales\r\n\r\n', 400],
    ['a query in a fragment', 'GET /products#limit=1 HTTP/1.1\r\nHost: sales\r\n\r\n', 400],
    ['two hosts', get('Host: sales'), 400],
    ['two hosts that differ', get('hOST: elsewhere'), 400],
    ['a host with a space', 'GET /products HTTP/1.1\r\nHost: sales elsewhere\r\n\r\n', 400],
    ['a host with a path', 'GET /products HTTP/1.1\r\nHost: sales/x@elsewhere\r\n\r\n', 400],
    ['two media types', post('Content-Length: 2\r\nContent-Type: text/plain', '{}'), 400],
    ['a header of 17 KiB', get(`X-Long: ${'x'.repeat(17 * 1024)}`), 431],
    ['17 KiB of headers', get(Array(1_700).fill('X-Many: 1').join('\r\n')), 431],
    ['a path of 17 KiB', `GET /${'x'.repeat(17 * 1024)} HTTP/1.1\r\nHost: sales\r\n\r\n`, 431],
    ['a header with a null byte', get('X-Null: \0'), 400],
    ['a header without a name', get(': nameless'), 400],
    ['a space before the colon', get('X-Space : 1'), 400],
    ['a length that is no number', post('Content-Length: two'), 400],
    ['a negative length', post('Content-Length: -1'), 400],
    ['a length beyond all numbers', post(`Content-Length: ${'9'.repeat(30)}`), 400],
    ['a length beyond the limit', post('Content-Length: 9999999999'), 413],
    ['two lengths', post('Content-Length: 2\r\nContent-Length: 3'), 400],
    ['a length and chunks', post('Content-Length: 2\r\nTransfer-Encoding: chunked'), 400],
    ['an unknown transfer encoding', post('Transfer-Encoding: zip'), 400],
    ['a chunk without a size', post('Transfer-Encoding: chunked', 'zz\r\n{}\r\n0\r\n\r\n'), 400],
    ['a bad second chunk', post('Transfer-Encoding: chunked', '2\r\n{}\r\n-\r\n'), 400],
  ];
  await expectRefusals(cases.map(([name, request, status]) => ({ name, request, status })));
});

it('takes no notice of the body of a GET, nor of an expectation that it does not know', async () => {
  const request = { method: 'GET', path: '/products', headers: { Expect: 'nonsense' } };
  const answers = ['{}', 'hello', 'DELETE /products HTTP/1.1\r\nHost: sales\r\n\r\n'].map((body) =>
    exchange(port, bytesOf({ ...request, body: Buffer.from(body) })),
  );
  for (const answer of await Promise.all(answers)) expect(answer.status).toBe(200);
});

it('lives on when clients hang up in the middle', async () => {
  for (const [name, route] of routes) {
    const whole = bytesOf(requestOf(name, route));
    const chunked = bytesOf({ ...requestOf(name, route), isChunked: true });
    for (const how of ['end', 'reset'] as const) {
      for (const length of [1, 20, whole.indexOf('\r\n\r\n') + 2, whole.length - 1]) {
        await breakOff(port, whole.subarray(0, length), how);
      }
      await breakOff(port, chunked.subarray(0, -4), how);
    }
  }
  expect((await system.get('/health/live')).status).toBe(200);
});

it('never answers 5xx to requests that a seeded random generator has bent', async () => {
  const random = randomNumbers(20_251);
  const complaints: string[] = [];
  for (let count = 0; count < 400; count += 1) {
    const request = bentRequest(random);
    const answer = await exchange(port, bytesOf(request));
    if (answer.status >= 400) complaints.push(...complaintsOf({ name: `request ${count}`, request }, answer));
  }
  expect(complaints).toEqual([]);
});

it('is the same process after all of it, sells, agrees with itself, and logged no error and no secret', async () => {
  expect(await startOfProcess()).toBe(startedAt);
  expect((await system.get('/health/ready')).status).toBe(200);
  expect((await system.buy(await system.newProduct(1), 1)).status).toBe(201);
  await eventually(() => expect(system.reconcile()).toBeUndefined());
  expect(system.output.split('\n').filter((line) => /\b(ERROR|FATAL)\b/.test(line))).toEqual([]);
  expect(system.output).not.toContain(OPERATIONS_API_KEY);
  expect(system.output).not.toContain(CALLBACK_SIGNING_KEY);
}, 60_000);

async function expectRefusals(cases: Case[]): Promise<void> {
  const complaints: string[] = [];
  for (const given of cases) {
    const { name, request } = given;
    const bytes =
      typeof request === 'string' || Buffer.isBuffer(request)
        ? Buffer.from(request as string)
        : bytesOf(request);
    try {
      complaints.push(...complaintsOf(given, await exchange(port, bytes)));
    } catch (error) {
      complaints.push(`${name}: ${(error as Error).message}`);
    }
  }
  expect(complaints).toEqual([]);
}

function badValue(name: string, sample: Sample, at: string, value: unknown): Case {
  const shown = JSON.stringify(value) ?? 'missing';
  return {
    name: `${at} ${shown}`,
    request: requestOf(name, withValueAt(sample, at, value)),
    status: 400,
    at,
  };
}

/** Every process has one of its own: a crash and a restart in between would show. */
async function startOfProcess(): Promise<string> {
  const { body } = await system.get('/metrics');
  return /^process_start_time_seconds (\d+)/m.exec(body)![1]!;
}
