import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { complaintsOf } from './bad-input-answers.js';
import { bentRequest, placesOf, randomNumbers, requestOf, wrongTypesFor } from './bad-input-requests.js';
import { type Sample } from './bad-input-route.js';
import { ROUTES } from './bad-input-routes.js';
import { BadInputTarget, badValue } from './bad-input-target.js';
import { breakOff, bytesOf, exchange } from './raw-http.js';
import { OPERATIONS_API_KEY } from './running-system.js';

/** Those that need no key. */
const PUBLIC_ROUTES = [
  'DELETE /sales/{id}',
  'GET /',
  'GET /errors/{code}',
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
const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'TRACE', 'PROPFIND'];

const routes = Object.entries(ROUTES);

let target: BadInputTarget;

beforeAll(async () => {
  target = await BadInputTarget.start();
}, 90_000);

afterAll(() => target.system.remove(), 60_000);

it('has bad input for every place in which a route of the API takes input', () => {
  const places = Object.entries(target.operations)
    .filter(([, { parameters, requestBody }]) => parameters ?? requestBody)
    .map(([name, operation]) => [name, [...placesOf(operation).keys()].sort()]);
  const tried = routes.map(([name, { bad }]) => [name, Object.keys(bad).sort()]);
  expect(Object.fromEntries(tried)).toEqual(Object.fromEntries(places));
});

it.each(routes)('%s takes a sound request, and names the place of every fault', async (name, route) => {
  expect((await exchange(target.port, bytesOf(requestOf(name, route)))).status).toBe(route.status);
  await target.expectRefusals(
    [...placesOf(target.operations[name]!)].flatMap(([at, { schema, isRequired }]) => {
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
    await target.expectRefusals(places.map((at) => badValue(name, route, at, '1')));
  },
);

it('opens every route to the operations key alone, but for those of buyers, the factory and machines', async () => {
  const names = Object.keys(target.operations);
  const isOptional = (requirement: object) => Object.keys(requirement).length === 0;
  const guarded = names.filter((name) => {
    const { security = [] } = target.operations[name]!;
    return security.length > 0 && !security.some(isOptional);
  });
  expect(names.filter((name) => !guarded.includes(name)).sort()).toEqual(PUBLIC_ROUTES);
  const keys = [undefined, '', 'wrong', `${OPERATIONS_API_KEY}0`, 'x'.repeat(9_000), '열쇠', ['two', 'keys']];
  await target.expectRefusals(
    guarded.flatMap((name) =>
      keys.map((key) => ({
        ...badValue(name, ROUTES[name] ?? {}, 'headers/x-api-key', key),
        name: `${name} with the key ${String(key)}`,
        status: 401,
      })),
    ),
  );
});

it('takes every character that JSON can carry on its way to the queue', async () => {
  const callback = {
    ...ROUTES['POST /goods-receipts/{restockOrderId}']!.body,
    MessageText: '🍩 \ufffe \u0001 \ud800',
  };
  const answer = await target.system.post('/goods-receipts/any', callback);
  expect(answer).toMatchObject({ status: 403, body: { code: 'CALLBACK.FORGED' } });
});

it('finds no product under the names that every JavaScript object has', async () => {
  for (const sku of ['constructor', 'toString', 'hasOwnProperty']) {
    expect(await target.system.buy(sku, 1)).toMatchObject({ status: 404, body: { code: 'SKU.UNKNOWN' } });
    expect(await target.system.get(`/products/${sku}`)).toMatchObject({
      status: 404,
      body: { code: 'SKU.UNKNOWN' },
    });
  }
});

it('knows no other routes and methods', async () => {
  const templates = new Set(Object.keys(target.operations).map((name) => name.split(' ')[1]!));
  const params = Object.assign({}, ...routes.map(([, route]) => route.params)) as Sample['params'];
  const wrong = [...templates]
    .flatMap((template) => METHODS.map((method) => `${method} ${template}`))
    .filter((name) => !(name in target.operations));
  const nowhere = ['//', '/nope', '/sales/1/2', '/Sales', '/products/../metrics', '/.env', '/docs/../x'];
  await target.expectRefusals([
    ...wrong.map((name) => ({ name, request: requestOf(name, { params }), status: 405 })),
    ...nowhere.map((path) => ({ name: path, request: { method: 'GET', path }, status: 404 })),
    ...['/docs/../../package.json', '/docs/%2e%2e%2fpackage.json', '/docs/%00', '/%zz'].map((path) => ({
      name: path,
      request: { method: 'GET', path },
    })),
    ...['{}', 'hello', 'x'.repeat(70_000)].map((body) => ({
      name: `${body.slice(0, 10)} to nowhere`,
      request: { method: 'POST', path: '/nope', headers: { 'content-type': 'a/b' }, body: Buffer.from(body) },
    })),
  ]);
});

it('answers malformed HTTP', async () => {
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
  await target.expectRefusals(cases.map(([name, request, status]) => ({ name, request, status })));
});

it('takes no notice of the body of a GET, nor of an expectation that it does not know', async () => {
  const request = { method: 'GET', path: '/products', headers: { Expect: 'nonsense' } };
  const answers = ['{}', 'hello', 'DELETE /products HTTP/1.1\r\nHost: sales\r\n\r\n'].map((body) =>
    exchange(target.port, bytesOf({ ...request, body: Buffer.from(body) })),
  );
  for (const answer of await Promise.all(answers)) expect(answer.status).toBe(200);
});

it('lives on when clients hang up in the middle', async () => {
  for (const [name, route] of routes) {
    const whole = bytesOf(requestOf(name, route));
    const chunked = bytesOf({ ...requestOf(name, route), isChunked: true });
    for (const how of ['end', 'reset'] as const) {
      for (const length of [1, 20, whole.indexOf('\r\n\r\n') + 2, whole.length - 1]) {
        await breakOff(target.port, whole.subarray(0, length), how);
      }
      await breakOff(target.port, chunked.subarray(0, -4), how);
    }
  }
  expect((await target.system.get('/health/live')).status).toBe(200);
});

it('never answers 5xx to requests that a seeded random generator has bent', async () => {
  const random = randomNumbers(20_251);
  const complaints: string[] = [];
  for (let count = 0; count < 400; count += 1) {
    const request = bentRequest(random);
    const answer = await exchange(target.port, bytesOf(request));
    if (answer.status >= 400) complaints.push(...complaintsOf({ name: `request ${count}`, request }, answer));
  }
  expect(complaints).toEqual([]);
});

it('leaves the process as it was', () => target.expectUnharmed(), 60_000);
