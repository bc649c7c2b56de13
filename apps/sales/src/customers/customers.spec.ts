import { AuditEntry, KeyedRequest } from '#inventory';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { TEST_DATABASES } from '../../../../libs/inventory/src/testing/test-database.js';
import { SalesUnderTest } from '../testing/sales-under-test.js';

const EMAIL = 'Kim@example.com';
const DIGEST = createHash('sha256').update('kim@example.com').digest('hex').slice(0, 16);

describe.each(TEST_DATABASES)('POST /customers/forget on %s', (kind) => {
  let sales: SalesUnderTest;

  beforeAll(async () => {
    sales = await SalesUnderTest.start({}, kind);
    await sales.warehouse.stockProduct('RING', 100);
  });
  afterAll(() => sales.stop());

  const buy = async (key: string) =>
    sales.ask('POST', '/sales', {
      body: { lines: [{ sku: 'RING', quantity: 1 }], customerEmail: EMAIL },
      headers: { 'idempotency-key': key },
    });
  const forget = (body: object, headers: Record<string, string | undefined> = {}) =>
    sales.ask('POST', '/customers/forget', { body: { email: EMAIL.toLowerCase(), ...body }, headers });
  const manager = () => sales.warehouse.dataSource.manager;

  it('is for administrators alone', async () => {
    for (const role of ['viewer', 'operator']) {
      const { key } = (await sales.ask('POST', '/api-keys', { body: { name: role, role } })).body;
      expect(await forget({}, { 'x-api-key': key })).toMatchObject({
        status: 403,
        body: { code: 'AUTH.ROLE_REQUIRED' },
      });
    }
    expect((await forget({}, { 'x-api-key': undefined })).status).toBe(401);
  });

  it('counts, erases, and tells the audit of it without the address', async () => {
    const first = await buy('first');
    const counted = await forget({ dryRun: true });
    expect(counted).toMatchObject({
      status: 200,
      body: { customer: DIGEST, dryRun: true, erased: { sales: 1 } },
    });
    expect(await manager().countBy(AuditEntry, { action: 'customer.forgotten' })).toBe(0);

    const erased = await forget({ note: `${EMAIL} asked by mail` }, { 'idempotency-key': 'forget' });
    expect(erased.body).toEqual({ ...counted.body, dryRun: false });
    const [entry] = await manager().findBy(AuditEntry, { action: 'customer.forgotten' });
    expect(entry).toMatchObject({
      ...{ actor: 'operations', subjectType: 'customer', subjectId: DIGEST },
      ...{ note: '[erased] asked by mail', newValues: { sales: 1 } },
    });
    const kept = [await manager().find(AuditEntry), await manager().find(KeyedRequest)];
    expect(JSON.stringify(kept).toLowerCase()).not.toContain('kim@example.com');

    const { token } = first.body;
    const shown = await sales.ask('GET', `/sales/${first.body.id}`, { headers: { 'x-sale-token': token } });
    expect(shown.body).toMatchObject({ status: 'CONFIRMED', totalKrw: 1_000, customerEmail: null });
    const repeat = await buy('first');
    expect(repeat.headers['idempotent-replayed']).toBe('true');
    expect(repeat.body).toEqual({ ...first.body, customerEmail: null });
    expect((await sales.ask('GET', `/sales?customerEmail=${EMAIL}`)).body.items).toEqual([]);
  });

  it('answers a repeat under its key again, and erases nothing twice', async () => {
    await buy('second');
    const headers = { 'idempotency-key': 'forget-again' };
    const [first, repeat] = [await forget({}, headers), await forget({}, headers)];
    expect(first.body.erased.sales).toBe(1);
    expect(repeat.body).toEqual(first.body);
    expect(repeat.headers['idempotent-replayed']).toBe('true');
    expect((await forget({})).body.erased.sales).toBe(0);
  });
});
