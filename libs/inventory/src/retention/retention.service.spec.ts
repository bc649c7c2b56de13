import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type EntityTarget, type ObjectLiteral } from 'typeorm';
import { Database } from '../database/database.js';
import { RestockOrder } from '../restock/restock-order.entity.js';
import { SaleService } from '../sale/sale.service.js';
import { insertRows, ROWS } from '../testing/old-rows.js';
import { SettableClock } from '../testing/settable-clock.js';
import { TEST_DATABASES } from '../testing/test-database.js';
import { Warehouse } from '../testing/warehouse.js';
import { WebhookEndpoint } from '../webhook/webhook-endpoint.entity.js';
import { RETENTION_RULES, type RetentionKind } from './retention-rules.js';
import { RETENTION_BATCH, RetentionService } from './retention.service.js';

const DAY_MS = 24 * 3_600_000;
const RETENTION_MS = 30 * DAY_MS;
const KINDS = Object.keys(RETENTION_RULES) as RetentionKind[];
/** Those that are deleted by their age, and not by another reason. */
const AGING = KINDS.filter((of) => of !== 'removed_webhook_endpoints');

describe.each(TEST_DATABASES)('retention on %s', (kind) => {
  const clock = new SettableClock();
  let warehouse: Warehouse;
  let retention: RetentionService;

  beforeAll(async () => {
    warehouse = await Warehouse.open(kind, 10, clock);
    retention = warehouse.get(RetentionService);
    const { manager } = warehouse.dataSource;
    const order = { sku: 'RING', factoryId: 'FF-1', quantity: 10, requestedAt: ago(90) };
    await manager.insert(RestockOrder, [
      { ...order, id: 'closed', status: 'RECEIVED', openSku: null, closedAt: ago(60) },
      { ...order, id: 'lately', status: 'CANCELLED', openSku: null, closedAt: ago(29) },
      { ...order, id: 'open', status: 'OVERDUE', openSku: 'RING' },
    ]);
    const endpoint = { url: 'https://shop.example.com/', eventTypes: [], status: 'ENABLED', secret: 's' };
    await manager.insert(WebhookEndpoint, { ...endpoint, id: 'endpoint', createdAt: ago(90) } as never);
  }, 30_000);

  beforeEach(async () => {
    for (const { entity } of Object.values(ROWS)) await warehouse.dataSource.manager.clear(entity);
  });

  afterAll(() => warehouse.close());

  function ago(days: number): Date {
    return new Date(clock.localNow().getTime() - days * DAY_MS);
  }

  const insert = (of: RetentionKind, at: Date, count?: number, changes?: ObjectLiteral) =>
    insertRows(warehouse.dataSource.manager, of, at, count, changes);

  const left = async (of: RetentionKind) =>
    (await warehouse.dataSource.manager.find(ROWS[of].entity)).map(({ id }) => id as string).sort();

  it.each(AGING)('deletes %s when they are older, to the millisecond, and no others', async (of) => {
    const limit = clock.localNow().getTime() - RETENTION_MS;
    await insert(of, new Date(limit - 1));
    const young = await insert(of, new Date(limit));
    expect(await retention.deleteOldest(of, RETENTION_MS)).toBe(1);
    expect(await left(of)).toEqual(young);
  });

  it.each<[RetentionKind, string, ObjectLiteral]>([
    ['dead_letters', 'is open', { status: 'OPEN', resolvedAt: null }],
    ['mails', 'waits', { sentAt: null, nextAttemptAt: new Date(0) }],
    ['mails', 'is being sent', { sentAt: null, claimedUntil: new Date('2100-01-01') }],
    ['messages', 'is not published', { publishedAt: null }],
    ['timelines', 'is of an open order', { restockOrderId: 'open' }],
    ['timelines', 'is of an order that was closed lately', { restockOrderId: 'lately' }],
  ])('keeps one of the %s that %s, however old it is', async (of, _, changes) => {
    const kept = await insert(of, ago(1_000), 1, changes);
    await insert(of, ago(1_000));
    expect(await retention.deleteOldest(of, RETENTION_MS)).toBe(1);
    expect(await left(of)).toEqual(kept);
  });

  it('deletes deliveries whatever came of them', async () => {
    for (const status of ['PENDING', 'DELIVERED', 'FAILED']) {
      await insert('webhook_deliveries', ago(31), 1, { status });
    }
    expect(await retention.deleteOldest('webhook_deliveries', RETENTION_MS)).toBe(3);
  });

  it('deletes deliveries to endpoints that were removed, however young, and no others', async () => {
    await insert('removed_webhook_endpoints', ago(0), 2);
    const kept = await insert('webhook_deliveries', ago(1_000), 2);
    expect(await retention.deleteOldest('removed_webhook_endpoints', 0)).toBe(2);
    expect(await left('webhook_deliveries')).toEqual(kept.sort());
    expect(await retention.deleteOldest('removed_webhook_endpoints', 0)).toBe(0);
  });

  it('has no rule for sales, the ledger, goods receipts, restock orders and the audit', () => {
    const names = Object.values(ROWS).map(({ entity }) => warehouse.dataSource.getMetadata(entity).tableName);
    expect([...new Set(names)].sort()).toEqual([
      'customer_purchase',
      'dead_letter',
      'dead_letter_job',
      'dead_letter_job_item',
      'delivery_failure',
      'keyed_request',
      'notification',
      'outbox_message',
      'restock_order_event',
      'webhook_delivery',
    ]);
  });

  it.each(KINDS)(
    'deletes 2,500 %s in three transactions, the oldest first',
    async (of) => {
      const newest = await insert(of, ago(60), 1_000);
      await insert(of, ago(80), 1_000);
      await insert(of, ago(100), 500);
      const deleteOldest = () => retention.deleteOldest(of, RETENTION_MS);
      expect(await deleteOldest()).toBe(RETENTION_BATCH);
      // Deliveries of removed endpoints go in another order.
      if (of !== 'removed_webhook_endpoints') expect(await left(of)).toEqual(expect.arrayContaining(newest));
      expect([await deleteOldest(), await deleteOldest(), await deleteOldest()]).toEqual([1_000, 500, 0]);
      expect(await left(of)).toEqual([]);
    },
    30_000,
  );

  it('counts mails that were sent and mails that were given up together', async () => {
    await insert('mails', ago(60), 1_000);
    await insert('mails', ago(60), 500, { sentAt: null });
    const deleteOldest = () => retention.deleteOldest('mails', RETENTION_MS);
    expect([await deleteOldest(), await deleteOldest()]).toEqual([1_000, 500]);
  });

  it.each(KINDS)(
    'finds %s along an index, without a look at the others',
    async (of) => {
      await insert(of, ago(60), 2_500);
      if (of === 'mails') await insert(of, ago(60), 2_500, { sentAt: null });
      await insert(of, ago(1), 500, of === 'removed_webhook_endpoints' ? { endpointId: 'endpoint' } : {});
      if (kind === 'mysql') await warehouse.dataSource.query(`ANALYZE TABLE ${tableOf(ROWS[of].entity)}`);
      expect(await plansOf(of)).not.toEqual([]);
      for (const plan of await plansOf(of)) {
        expect(plan).toMatch(kind === 'mysql' ? /^(range|ref) ix_|^(range|ref) uq_/ : /^SEARCH old USING/);
        expect(plan).not.toMatch(/filesort|TEMP B-TREE/);
      }
    },
    30_000,
  );

  it('gives each row to one of two workers that delete at once', async () => {
    const other = await warehouse.join();
    try {
      await insert('messages', ago(60), 2_500);
      const all = async (worker: Warehouse) => {
        let sum = 0;
        for (;;) {
          const deleted = await worker.get(RetentionService).deleteOldest('messages', RETENTION_MS);
          sum += deleted;
          if (deleted === 0) return sum;
        }
      };
      const sums = await Promise.all([all(warehouse), all(other), all(warehouse)]);
      expect(sums.reduce((one, next) => one + next)).toBe(2_500);
      expect(await left('messages')).toEqual([]);
    } finally {
      await other.close();
    }
  }, 30_000);

  // The embedded database has one writer, which the next one waits for.
  if (kind === 'mysql') {
    it('waits for no other worker, and holds up no sale that opens a restock order', async () => {
      await warehouse.stockProduct('SOLD', 1, { reorderPoint: 5 });
      await insert('messages', ago(60), 1_500);
      await insert('timelines', ago(70), 1_500);
      const deleting = Promise.withResolvers<void>();
      const deleted = Promise.withResolvers<void>();
      const worker = warehouse.get(Database).write(async (manager) => {
        for (const each of ['messages', 'timelines'] as const) {
          const [query] = await RETENTION_RULES[each](manager, ago(30));
          const locked = warehouse.get(Database).forUpdate(query!.limit(1_000), { skipLocked: true });
          await manager.delete(
            ROWS[each].entity,
            (await locked.getRawMany<{ id: string }>()).map(({ id }) => id),
          );
        }
        deleting.resolve();
        await deleted.promise;
      });
      await deleting.promise;
      expect(await retention.deleteOldest('messages', RETENTION_MS)).toBe(500);
      expect(await retention.deleteOldest('timelines', RETENTION_MS)).toBe(500);
      const sale = await warehouse.get(SaleService).place({ lines: [{ sku: 'SOLD', quantity: 1 }] });
      expect(sale.kind).toBe('CONFIRMED');
      expect(await warehouse.outbox('restock')).toHaveLength(1 + 1_000);
      deleted.resolve();
      await worker;
      expect(await warehouse.outbox('restock')).toHaveLength(1);
    }, 30_000);
  }

  function tableOf(entity: EntityTarget<ObjectLiteral>): string {
    return warehouse.dataSource.getMetadata(entity).tableName;
  }

  /** How the database reads the table whose rows are deleted. */
  async function plansOf(of: RetentionKind): Promise<string[]> {
    const { manager } = warehouse.dataSource;
    const plans: string[] = [];
    for (const query of await RETENTION_RULES[of](manager, ago(30))) {
      const locking = warehouse.get(Database).forUpdate(query.limit(RETENTION_BATCH), { skipLocked: true });
      const [sql, parameters] = locking.getQueryAndParameters();
      const explain = kind === 'mysql' ? 'EXPLAIN FORMAT=TRADITIONAL' : 'EXPLAIN QUERY PLAN';
      const steps = await manager.query<Record<string, string>[]>(`${explain} ${sql}`, parameters);
      plans.push(
        kind === 'mysql'
          ? steps
              .filter(({ table }) => table === 'old')
              .map(({ type, key, Extra }) => `${type} ${key} ${Extra}`)
              .join()
          : steps.map(({ detail }) => detail).join(),
      );
    }
    return plans;
  }
});
