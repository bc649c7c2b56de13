import { ApiKeyService, Circuit, Factory, type Role } from '#inventory';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TEST_DATABASES } from '../../../../libs/inventory/src/testing/test-database.js';
import { SalesUnderTest } from '../testing/sales-under-test.js';

const FACTORY = '/factories/FF-1';

describe.each(TEST_DATABASES)('factories over HTTP on %s', (kind) => {
  let sales: SalesUnderTest;

  beforeAll(async () => {
    sales = await SalesUnderTest.start({}, kind);
    const rest = { managerEmail: 'other@donut-states.example', apiUrl: 'http://127.0.0.1:1' };
    const times = { leadTimeSeconds: 10, overdueAfterSeconds: 60 };
    const { manager } = sales.warehouse.dataSource;
    await manager.insert(Factory, { id: 'FF-2', name: 'other', adapter: 'webhook', ...rest, ...times });
  }, 60_000);
  afterAll(() => sales.stop());

  const change = (body: object, headers: Record<string, string | undefined> = {}, url = FACTORY) =>
    sales.ask('PATCH', url, { body, headers });

  async function keyOf(role: Role): Promise<Record<string, string>> {
    const keys = sales.application.get(ApiKeyService, { strict: false });
    const { key } = await keys.create(`${role}-of-factories`, role, 'admin');
    return { 'x-api-key': key };
  }

  it('show what operators need, and not where their API is', async () => {
    const shown = await sales.ask('GET', FACTORY);
    expect(shown).toMatchObject({ status: 200 });
    expect(shown.body).toEqual({
      ...{ id: 'FF-1', name: 'factory', managerEmail: 'factory@donut-states.example' },
      ...{ adapter: 'legacy-http', leadTimeSeconds: 10, overdueAfterSeconds: 60 },
      ...{ leadTimeP50Seconds: null, leadTimeP90Seconds: null, callbackAddresses: null },
      circuit: { state: 'CLOSED', since: null, waitingOrders: 0 },
    });
    const { body } = await sales.ask('GET', '/factories');
    expect(body.items.map(({ id, adapter }: { id: string; adapter: string }) => [id, adapter])).toEqual([
      ['FF-1', 'legacy-http'],
      ['FF-2', 'webhook'],
    ]);
    expect(body.items[0]).toEqual(shown.body);
  });

  it('are listed page by page, with a link to the next', async () => {
    const first = await sales.ask('GET', '/factories?limit=1');
    expect(first).toMatchObject({
      headers: { link: '</factories?limit=1&cursor=FF-1>; rel="next"' },
      body: { items: [{ id: 'FF-1' }], nextCursor: 'FF-1' },
    });
    const last = await sales.ask('GET', '/factories?limit=1&cursor=FF-1');
    expect(last.body).toMatchObject({ items: [{ id: 'FF-2' }], nextCursor: null });
    expect((await sales.ask('GET', '/factories?cursor=FF-9')).body.code).toBe('CURSOR.UNKNOWN');
  });

  it('show whether they are away, and since when', async () => {
    const openedAt = new Date('2026-03-01T12:00:00.000Z');
    const circuit = { name: 'factory:FF-2', state: 'OPEN', failures: 3, openedAt } as const;
    await sales.warehouse.dataSource.manager.insert(Circuit, circuit);
    expect((await sales.ask('GET', '/factories/FF-2')).body.circuit).toEqual({
      ...{ state: 'OPEN', since: '2026-03-01T12:00:00.000Z', waitingOrders: 0 },
    });
  });

  it('are changed by a merge patch, and the audit says what', async () => {
    const { body: before } = await sales.ask('GET', FACTORY);
    const callbackAddresses = ['203.0.113.0/24', '2001:db8::1'];
    const changed = await change({ callbackAddresses, leadTimeSeconds: 3_600 });
    expect(changed).toMatchObject({
      status: 200,
      body: { ...before, callbackAddresses, leadTimeSeconds: 3_600 },
    });
    expect((await sales.ask('GET', FACTORY)).body).toEqual(changed.body);
    const reset = await change({ callbackAddresses: null, name: '도넛 공장' });
    expect(reset.body).toEqual({ ...changed.body, callbackAddresses: null, name: '도넛 공장' });
    const { items } = (await sales.ask('GET', '/audit?subjectType=factory&subjectId=FF-1')).body;
    expect(items).toMatchObject([
      {
        action: 'factory.changed',
        oldValues: { callbackAddresses, name: 'factory' },
        newValues: { callbackAddresses: null, name: '도넛 공장' },
      },
      {
        oldValues: { callbackAddresses: null, leadTimeSeconds: 10 },
        newValues: { callbackAddresses, leadTimeSeconds: 3_600 },
      },
    ]);
  });

  it('are changed once under an idempotency key', async () => {
    const key = { 'idempotency-key': 'factory' };
    const first = await change({ overdueAfterSeconds: 90 }, key);
    await change({ overdueAfterSeconds: 91 });
    const again = await change({ overdueAfterSeconds: 90 }, key);
    expect(again.body).toEqual(first.body);
    expect(again.headers['idempotent-replayed']).toBe('true');
    expect((await sales.ask('GET', FACTORY)).body.overdueAfterSeconds).toBe(91);
  });

  it.each([
    { callbackAddresses: [] },
    { callbackAddresses: ['0.0.0.0/0'] },
    { callbackAddresses: ['::/0'] },
    { callbackAddresses: ['factory.example'] },
    { callbackAddresses: ['203.0.113.9:80'] },
    { callbackAddresses: ['203.0.113.0/33'] },
    { callbackAddresses: ['fe80::1%eth0'] },
    { callbackAddresses: [null] },
    { callbackAddresses: '203.0.113.9' },
    { callbackAddresses: Array(101).fill('203.0.113.9') },
    { apiUrl: 'http://169.254.169.254/' },
    { adapter: 'webhook' },
    { id: 'FF-3' },
    { name: null },
    { name: 'Do\u200bnut' },
    { managerEmail: 'kim' },
    { leadTimeSeconds: 0 },
    { leadTimeSeconds: 31_536_001 },
    { overdueAfterSeconds: 1.5 },
  ])('refuse the change %j', async (body) => {
    const seen = (await sales.ask('GET', FACTORY)).body;
    expect(await change(body)).toMatchObject({ status: 400, body: { code: 'REQUEST.INVALID' } });
    expect((await sales.ask('GET', FACTORY)).body).toEqual(seen);
  });

  it('say in words what is no address', async () => {
    const refused = (headers: Record<string, string>) => change({ callbackAddresses: ['x'] }, headers);
    expect((await refused({})).body.errors).toEqual([
      {
        ...{ at: 'body/callbackAddresses/0', pointer: '/callbackAddresses/0' },
        message: expect.stringContaining('must be an address or a network such as 203.0.113.0/24'),
      },
    ]);
    expect((await refused({ 'accept-language': 'ko' })).body.errors[0].message).toMatch(/네트워크/);
  });

  it('are unknown by their own code', async () => {
    const problem = { code: 'FACTORY.NOT_FOUND', factoryId: 'FF-9', detail: 'There is no factory FF-9.' };
    expect(await sales.ask('GET', '/factories/FF-9')).toMatchObject({ status: 404, body: problem });
    expect(await change({ name: 'x' }, {}, '/factories/FF-9')).toMatchObject({ status: 404, body: problem });
    const korean = await sales.ask('GET', '/factories/FF-9', { headers: { 'accept-language': 'ko' } });
    expect(korean.body.detail).toBe('공장 FF-9이(가) 없습니다.');
  });

  it('are read by viewers, and changed by administrators alone', async () => {
    const stranger = { 'x-api-key': undefined };
    expect((await sales.ask('GET', '/factories', { headers: stranger })).status).toBe(401);
    expect((await change({}, stranger)).status).toBe(401);
    for (const role of ['viewer', 'operator'] as const) {
      const headers = await keyOf(role);
      expect((await sales.ask('GET', '/factories', { headers })).status).toBe(200);
      expect((await sales.ask('GET', FACTORY, { headers })).status).toBe(200);
      expect(await change({ name: 'x' }, headers)).toMatchObject({
        status: 403,
        body: { code: 'AUTH.ROLE_REQUIRED', requiredRole: 'admin' },
      });
    }
    expect((await change({ name: 'Donut Works' }, await keyOf('admin'))).status).toBe(200);
  });
});
