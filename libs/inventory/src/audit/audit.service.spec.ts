import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TEST_DATABASES } from '../testing/test-database.js';
import { Warehouse } from '../testing/warehouse.js';
import { AuditEntry } from './audit-entry.entity.js';
import { AuditService, type AuditedAction } from './audit.service.js';

describe.each(TEST_DATABASES)('the audit on %s', (kind) => {
  let warehouse: Warehouse;
  let audit: AuditService;

  beforeAll(async () => {
    warehouse = await Warehouse.open(kind);
    audit = warehouse.get(AuditService);
  }, 60_000);
  afterAll(() => warehouse.close());

  const change: AuditedAction = {
    actor: 'kim',
    action: 'product.changed',
    subjectType: 'product',
    subjectId: 'RING',
    oldValues: { name: 'Ring', priceKrw: 1_000, tags: [1, 2], gone: true },
    newValues: { name: 'Ring', priceKrw: 1_200, tags: [2], added: null },
  };
  const record = (action: AuditedAction) =>
    warehouse.dataSource.transaction((manager) => audit.record(manager, action));

  it('keeps the members that an action changed, as they were and as they are', async () => {
    await record(change);
    const { items } = await audit.list({ limit: 1 });
    expect(items).toEqual([
      {
        ...change,
        id: expect.any(String),
        at: expect.any(Date),
        note: null,
        oldValues: { priceKrw: 1_000, tags: [1, 2], gone: true, added: null },
        newValues: { priceKrw: 1_200, tags: [2], gone: null, added: null },
      },
    ]);
  });

  it('has no entry of what was rolled back', async () => {
    const before = await warehouse.dataSource.manager.count(AuditEntry);
    const failing = warehouse.dataSource.transaction(async (manager) => {
      await audit.record(manager, change);
      throw new Error('the action failed');
    });
    await expect(failing).rejects.toThrow('the action failed');
    expect(await warehouse.dataSource.manager.count(AuditEntry)).toBe(before);
  });

  it('is found by who, what, about what, and when', async () => {
    await record({
      actor: 'lee',
      action: 'stock.adjusted',
      subjectType: 'stock',
      subjectId: 'RING',
      note: 'count',
    });
    const found = async (query: object) =>
      (await audit.list({ limit: 100, ...query })).items.map(({ actor }) => actor);
    expect(await found({})).toEqual(['lee', 'kim']);
    expect(await found({ order: 'asc' })).toEqual(['kim', 'lee']);
    expect(await found({ actor: 'lee' })).toEqual(['lee']);
    expect(await found({ action: 'product.changed' })).toEqual(['kim']);
    expect(await found({ subjectType: 'stock', subjectId: 'RING' })).toEqual(['lee']);
    expect(await found({ subjectId: 'OTHER' })).toEqual([]);
    expect(await found({ until: new Date(0) })).toEqual([]);
    expect(await found({ since: new Date(0) })).toEqual(['lee', 'kim']);
  });
});
