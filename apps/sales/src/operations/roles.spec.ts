import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ApiKeyService, type Role, ROLES } from '#inventory';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SalesUnderTest } from '../testing/sales-under-test.js';

const PAGE = readFileSync(join(import.meta.dirname, '../../../../docs/roles.md'), 'utf8');
const UNKNOWN_ID = '01890000-0000-7000-8000-000000000000';

/** Each route of the page, with what it says for no key and for each role. */
const ROUTES = [...PAGE.matchAll(/^\| `(\w+) (\S+)` *\|(.*)\|$/gm)].map(([, method, path, cells]) => ({
  method: method as 'GET',
  path: path!
    .replace('{sku}', 'NO-SUCH')
    .replace('{code}', 'SKU.UNKNOWN')
    .replace(/\{\w+\}/, UNKNOWN_ID),
  allowed: cells!.split('|').map((cell) => cell.trim() !== '-'),
}));

describe('the routes by role', () => {
  let sales: SalesUnderTest;
  const keys: Record<string, string> = {};

  beforeAll(async () => {
    sales = await SalesUnderTest.start({ WRONG_KEYS_PER_MINUTE: '1000000' });
    const apiKeys = sales.application.get(ApiKeyService, { strict: false });
    for (const role of ROLES) ({ key: keys[role] } = await apiKeys.create(`a-${role}`, role, 'operations'));
  }, 60_000);
  afterAll(() => sales.stop());

  const ask = async (method: 'GET', url: string, headers: Record<string, string>, payload?: object) =>
    sales.application.inject({ method, url, headers, ...(payload && { payload }) });

  it('are all of the API', async () => {
    const document = (await ask('GET', '/openapi.json', {})).json<{ paths: Record<string, object> }>();
    const operations = Object.values(document.paths).flatMap((path) => Object.keys(path));
    expect(ROUTES).toHaveLength(operations.length);
    expect(ROUTES.filter(({ allowed }) => !allowed[0]).length).toBeGreaterThan(20);
  });

  it.each(ROUTES)('are open as docs/roles.md says: $method $path', async ({ method, path, allowed }) => {
    const headers = [{}, ...ROLES.map((role) => ({ 'x-api-key': keys[role]! }))];
    for (const [index, given] of headers.entries()) {
      const answer = await ask(method, path, given, method === 'GET' ? undefined : { unknown: true });
      const refusal = index === 0 ? 401 : 403;
      const refusals = ['AUTH.KEY_REQUIRED', 'AUTH.ROLE_REQUIRED'];
      const code = answer.headers['content-type']?.toString().includes('problem')
        ? answer.json<{ code: string }>().code
        : '';
      if (allowed[index]) expect(refusals).not.toContain(code);
      else expect([answer.statusCode, code]).toEqual([refusal, refusals[index === 0 ? 0 : 1]]);
    }
  });

  it('say which role is missing', async () => {
    const answer = await ask('GET', '/api-keys', { 'x-api-key': keys.viewer!, 'accept-language': 'ko' });
    expect(answer.json()).toMatchObject({
      status: 403,
      code: 'AUTH.ROLE_REQUIRED',
      role: 'viewer',
      requiredRole: 'admin',
      detail: 'a-viewer 키의 역할은 viewer입니다. admin 역할이 필요합니다.',
    });
  });

  it('tell whose key it is', async () => {
    for (const role of ROLES) {
      const answer = await ask('GET', '/operator', { 'x-api-key': keys[role]! });
      expect(answer.json()).toEqual({ name: `a-${role}`, role });
    }
    const bootstrap = await sales.ask('GET', '/operator');
    expect(bootstrap.body).toEqual({ name: 'operations', role: 'admin' });
  });

  describe('are not opened', () => {
    const asViewer = () => ({ 'x-api-key': keys.viewer! });
    const key = (change: (key: string) => string) => () => ({ 'x-api-key': change(keys.admin!) });
    type Try = [
      what: string,
      method: string,
      url: string,
      headers: () => Record<string, string>,
      body?: object,
    ];

    const ADJUST = '/products/RING/adjustments';
    const BODY = { delta: 1_000, note: 'taken' };
    const WRONG_KEYS: [string, (key: string) => string][] = [
      ['cut by a character', (right) => right.slice(0, -1)],
      ['with a character more', (right) => `${right}A`],
      ['in upper case', (right) => right.toUpperCase()],
      ['in lower case', (right) => right.toLowerCase()],
      ['without its prefix', (right) => right.slice('donut_'.length)],
      ['with a doubled prefix', (right) => `donut_${right}`],
      ['twice, with a comma', (right) => `${right},${right}`],
      ['twice, with a blank', (right) => `${right} ${right}`],
      ['in quotes', (right) => `"${right}"`],
      ['as a Bearer', (right) => `Bearer ${right}`],
      ['percent-encoded', (right) => right.replace('_', '%5F')],
      ['of SQL', () => "' OR '1'='1"],
      ['of a union', () => "x' UNION SELECT name, role FROM api_key --"],
      ['of a wildcard', () => '%'],
      ['that is only the prefix', () => 'donut_'],
      ['that is a name', () => 'a-admin'],
      ['that is the name of the bootstrap key', () => 'operations'],
      ['that is null', () => 'null'],
      ['that is undefined', () => 'undefined'],
      ['that is true', () => 'true'],
      ['that is a role', () => 'admin'],
      ['of 15,000 characters', () => 'k'.repeat(15_000)],
      ['of zeroes', () => '0'.repeat(64)],
      ['reversed', (right) => [...right].reverse().join('')],
      ['with its last two characters swapped', (right) => right.slice(0, -2) + right.at(-1)! + right.at(-2)!],
    ];
    const ESCALATIONS: [string, string, string, object?][] = [
      ['POST', ADJUST, 'adjusts stock', BODY],
      ['PUT', '/products/RING', 'creates a product', { name: 'x' }],
      ['PATCH', '/products/RING', 'changes a price', { priceKrw: 1 }],
      ['POST', '/api-keys', 'makes itself an admin', { name: 'me', role: 'admin' }],
      ['POST', `/api-keys/${UNKNOWN_ID}/rotate`, 'rotates a key', {}],
      ['POST', `/api-keys/${UNKNOWN_ID}/revoke`, 'revokes a key', {}],
      ['GET', '/api-keys', 'reads the keys'],
      ['POST', '/webhook-endpoints', 'has itself told of sales', { url: 'https://evil.example' }],
      ['POST', `/dead-letters/${UNKNOWN_ID}/redrive`, 'redrives', {}],
      ['POST', `/dead-letters/${UNKNOWN_ID}/discard`, 'discards', {}],
      ['POST', `/restock-orders/${UNKNOWN_ID}/cancel`, 'cancels an order', {}],
      ['POST', '/produce', 'holds up the worker', { input: 1, delayMs: 60_000 }],
    ];
    const DETOURS: [string, string, string][] = [
      ['POST', `/${ADJUST}`, 'a double slash'],
      ['POST', `${ADJUST}/`, 'a slash at the end'],
      ['POST', ADJUST.toUpperCase(), 'upper case'],
      ['POST', ADJUST.replace('adjust', '%61djust'), 'an encoded letter'],
      ['POST', '/health/..%2fproducts/RING/adjustments', 'an encoded way up'],
      ['POST', '/health/../products/RING/adjustments', 'a way up'],
      ['POST', `${ADJUST};x=1`, 'a matrix parameter'],
      ['POST', `${ADJUST}?x-api-key=an-operations-key`, 'a key in the query'],
      ['POST', `${ADJUST}%00`, 'a zero'],
      ['POST', `${ADJUST}?role=admin`, 'a role in the query'],
    ];
    const HEADERS: [string, () => Record<string, string>][] = [
      ['a role in a header', () => ({ ...asViewer(), 'x-role': 'admin', role: 'admin' })],
      ['a name in a header', () => ({ ...asViewer(), 'x-operator': 'operations' })],
      ['the key as Authorization', () => ({ authorization: `ApiKey ${keys.admin!}` })],
      ['the key as Bearer', () => ({ authorization: `Bearer ${keys.admin!}` })],
      ['the key as a cookie', () => ({ cookie: `x-api-key=${keys.admin!}` })],
      ['the address of the service', () => ({ 'x-forwarded-for': '127.0.0.1' })],
      ['another method', () => ({ ...asViewer(), 'x-http-method-override': 'GET' })],
      ['another path', () => ({ ...asViewer(), 'x-original-url': '/health/live' })],
      ['a rewritten path', () => ({ ...asViewer(), 'x-rewrite-url': '/health/live' })],
      ['an idempotency key', () => ({ 'idempotency-key': 'known' })],
      ['another client', () => ({ ...asViewer(), 'x-client-id': 'operations' })],
      ['a misspelt header', () => ({ x_api_key: keys.admin! })],
      ['another header of the trade', () => ({ 'api-key': keys.admin! })],
    ];
    const TRIES: Try[] = [
      ...WRONG_KEYS.map(([what, change]): Try => [`by a key ${what}`, 'POST', ADJUST, key(change), BODY]),
      ...ESCALATIONS.map(([method, url, what, body]): Try => [
        `to a viewer who ${what}`,
        method,
        url,
        asViewer,
        body,
      ]),
      ...DETOURS.map(([method, url, what]): Try => [`by ${what}`, method, url, asViewer, BODY]),
      ...HEADERS.map(([what, headers]): Try => [`by ${what}`, 'POST', ADJUST, headers, BODY]),
    ];

    it('however it is tried: 60 ways', () => expect(TRIES).toHaveLength(60));

    it.each(TRIES)('%s', async (_, method, url, headers, body) => {
      if (!(await sales.warehouse.dataSource.query("SELECT 1 FROM product WHERE sku = 'RING'")).length) {
        await sales.warehouse.stockProduct('RING', 5);
        // An answer that a stranger might hope to get again.
        await sales.ask('POST', ADJUST, {
          body: { delta: 1, note: 'found' },
          headers: { 'idempotency-key': 'known' },
        });
      }
      const answer = await ask(method as 'GET', url, headers(), body);
      expect([401, 403, 404, 400, 431]).toContain(answer.statusCode);
      expect(answer.payload).not.toMatch(/"onHand":|donut_[A-Za-z0-9_-]{43}|"items":/);
      expect((await sales.warehouse.level('RING')).onHand).toBe(6);
    });
  });

  describe('while requests go on', () => {
    let key: string;
    let id: string;

    beforeAll(async () => {
      const { body } = await sales.ask('POST', '/api-keys', {
        body: { name: 'busy', role: 'operator' as Role },
      });
      ({ key, id } = body);
    });

    const statusOf = async (given: string) =>
      (await sales.ask('GET', '/operator', { headers: { 'x-api-key': given } })).status;
    /** Asks without a pause until `work` is done. */
    const askDuring = async (given: string, work: Promise<unknown>) => {
      const statuses: number[] = [];
      let isDone = false;
      void work.finally(() => (isDone = true));
      while (!isDone) {
        statuses.push(await statusOf(given));
        await new Promise(setImmediate);
      }
      return statuses;
    };

    it('stay open to both keys of a rotation', async () => {
      const rotation = sales.ask('POST', `/api-keys/${id}/rotate`, { body: { overlapSeconds: 3_600 } });
      const statuses = await askDuring(key, rotation);
      const rotated = await rotation;
      expect(rotated.body).toMatchObject({
        name: 'busy',
        role: 'operator',
        previousValidUntil: expect.any(String),
      });
      expect(new Set([...statuses, await statusOf(key), await statusOf(rotated.body.key)])).toEqual(
        new Set([200]),
      );
      key = rotated.body.key;
    });

    it('close at once to a key that is revoked', async () => {
      const revocation = sales.ask('POST', `/api-keys/${id}/revoke`);
      const statuses = await askDuring(key, revocation);
      expect(await revocation).toMatchObject({ status: 200, body: { status: 'REVOKED', name: 'busy' } });
      expect(statuses.filter((status) => ![200, 401].includes(status))).toEqual([]);
      expect(await statusOf(key)).toBe(401);
      expect(JSON.stringify((await sales.ask('GET', '/api-keys')).body)).not.toContain(key);
    });

    it('close in another process within two seconds', async () => {
      const { body } = await sales.ask('POST', '/api-keys', { body: { name: 'elsewhere', role: 'viewer' } });
      expect(await statusOf(body.key)).toBe(200);
      // As another process does it: this one is not told.
      await sales.application.get(ApiKeyService, { strict: false }).revoke(body.id, 'operations');
      await new Promise((resolve) => setTimeout(resolve, 2_050));
      expect(await statusOf(body.key)).toBe(401);
    });
  });
});
