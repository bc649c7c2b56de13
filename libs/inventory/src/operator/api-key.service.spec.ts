import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AuditService } from '../audit/audit.service.js';
import { TEST_DATABASES } from '../testing/test-database.js';
import { SettableClock } from '../testing/settable-clock.js';
import { Warehouse } from '../testing/warehouse.js';
import { ApiKey } from './api-key.entity.js';
import { ApiKeyService } from './api-key.service.js';

const DAY_MS = 86_400_000;

describe.each(TEST_DATABASES)('API keys on %s', (kind) => {
  let warehouse: Warehouse;
  let keys: ApiKeyService;
  const clock = new SettableClock();

  beforeAll(async () => {
    warehouse = await Warehouse.open(kind, 10, clock);
    keys = warehouse.get(ApiKeyService);
  }, 60_000);
  afterAll(() => warehouse.close());

  const stored = async (id: string) => warehouse.dataSource.manager.findOneByOrFail(ApiKey, { id });

  it('belong to an operator with a role, and are not stored', async () => {
    const { key, apiKey } = await keys.create('kim', 'operator', 'operations');
    expect(key).toMatch(/^donut_[A-Za-z0-9_-]{43}$/);
    expect(apiKey).toMatchObject({ name: 'kim', role: 'operator', createdBy: 'operations', revokedAt: null });
    expect(await keys.operatorOf(key)).toEqual({ name: 'kim', role: 'operator' });
    const row = JSON.stringify(await warehouse.dataSource.query('SELECT * FROM api_key'));
    expect(row).not.toContain(key);
    expect(row).not.toContain(key.slice('donut_'.length));
  });

  it('are nobody’s when they are wrong, and also when they are the digest of one', async () => {
    const { key, apiKey } = await keys.create('lee', 'viewer', 'operations');
    const { digest } = await stored(apiKey.id);
    for (const wrong of ['', 'x', digest, key.slice(0, -1), `${key}x`, key.toUpperCase(), "' OR 1=1 --"]) {
      expect(await keys.operatorOf(wrong)).toBeUndefined();
    }
  });

  it('have a name that no other key ever has', async () => {
    const { apiKey } = await keys.create('han', 'admin', 'operations');
    await keys.revoke(apiKey.id, 'operations');
    for (const name of ['han', 'operations']) {
      const taken = keys.create(name, 'viewer', 'operations');
      await expect(taken).rejects.toMatchObject({ code: 'API_KEY.NAME_TAKEN', facts: { name } });
    }
  });

  it('are two during a rotation, until the older one ends', async () => {
    const first = await keys.create('choi', 'viewer', 'operations');
    const second = await keys.rotate(first.apiKey.id, DAY_MS, 'operations');
    expect(second.apiKey.id).toBe(first.apiKey.id);
    const choi = { name: 'choi', role: 'viewer' };
    expect(await keys.operatorOf(first.key)).toEqual(choi);
    expect(await keys.operatorOf(second.key)).toEqual(choi);
    clock.advance(DAY_MS - 1);
    expect(await keys.operatorOf(first.key)).toEqual(choi);
    clock.advance(1);
    expect(await keys.operatorOf(first.key)).toBeUndefined();
    const third = await keys.rotate(first.apiKey.id, 0, 'operations');
    expect(await keys.operatorOf(second.key)).toBeUndefined();
    expect(await keys.operatorOf(third.key)).toEqual(choi);
  });

  it('are refused once they are revoked, with the one before a rotation', async () => {
    const first = await keys.create('park', 'admin', 'operations');
    const second = await keys.rotate(first.apiKey.id, DAY_MS, 'operations');
    await keys.revoke(first.apiKey.id, 'operations');
    expect(await keys.operatorOf(first.key)).toBeUndefined();
    expect(await keys.operatorOf(second.key)).toBeUndefined();
    const revoked = { code: 'API_KEY.REVOKED' };
    await expect(keys.revoke(first.apiKey.id, 'operations')).rejects.toMatchObject(revoked);
    await expect(keys.rotate(first.apiKey.id, 0, 'operations')).rejects.toMatchObject(revoked);
    await expect(keys.revoke('none', 'operations')).rejects.toMatchObject({ code: 'API_KEY.UNKNOWN' });
  });

  it('show their last use, to the minute', async () => {
    const { key, apiKey } = await keys.create('jung', 'viewer', 'operations');
    expect((await stored(apiKey.id)).lastUsedAt).toBeNull();
    await keys.operatorOf(key);
    const { lastUsedAt } = await stored(apiKey.id);
    expect(lastUsedAt).not.toBeNull();
    clock.advance(59_000);
    await keys.operatorOf(key);
    expect((await stored(apiKey.id)).lastUsedAt).toEqual(lastUsedAt);
    clock.advance(1_000);
    await keys.operatorOf(key);
    expect((await stored(apiKey.id)).lastUsedAt!.getTime()).toBe(lastUsedAt!.getTime() + 60_000);
  });

  it('are listed by name, page by page', async () => {
    const first = await keys.list({ limit: 2 });
    const rest = await keys.list({ limit: 100, cursor: first.nextCursor! });
    const names = [...first.items, ...rest.items].map(({ name }) => name);
    expect(names).toEqual(['choi', 'han', 'jung', 'kim', 'lee', 'park']);
  });

  it('leave what was done with them in the audit, without the keys', async () => {
    const { items } = await warehouse.get(AuditService).list({ limit: 100, subjectType: 'api_key' });
    const counts = Object.groupBy(items, ({ action }) => action);
    expect(
      Object.fromEntries(Object.entries(counts).map(([action, some]) => [action, some!.length])),
    ).toEqual({ 'api_key.created': 6, 'api_key.rotated': 3, 'api_key.revoked': 2 });
    expect(JSON.stringify(items)).not.toMatch(/donut_|[0-9a-f]{64}/);
    expect(items.every(({ actor }) => actor === 'operations')).toBe(true);
  });
});
