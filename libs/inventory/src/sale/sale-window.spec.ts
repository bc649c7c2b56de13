import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { Database } from '../database/database.js';
import { Product } from '../product/product.entity.js';
import { buy, confirmed, fallbacksOf } from '../testing/buyers.js';
import { TEST_DATABASES } from '../testing/test-database.js';
import { Warehouse } from '../testing/warehouse.js';
import { withWrongClock } from '../testing/wrong-clock.js';
import { LockingBatch } from './locking-batch.js';
import { SaleBatchService } from './sale-batch.service.js';
import { SellingRulesCache } from './selling-rules-cache.js';

const HOUR_MS = 3_600_000;

describe.each(TEST_DATABASES)('sale windows on %s', (kind) => {
  let warehouse: Warehouse;

  beforeEach(async () => {
    warehouse = await Warehouse.open(kind);
  });

  afterEach(async () => {
    jest.restoreAllMocks();
    expect(await warehouse.differences()).toEqual([]);
    await warehouse.close();
  });

  const rules = (shop = warehouse) => shop.get(SellingRulesCache);
  const databaseTime = async () => {
    await rules().refresh();
    return rules().timeAt(performance.now());
  };
  const inMs = async (ms: number) => new Date((await databaseTime()).getTime() + ms);
  const change = (sku: string, changed: Partial<Product>) =>
    warehouse.dataSource.manager.update(Product, { sku }, changed);
  const batches = (shop = warehouse) => jest.spyOn(shop.get(SaleBatchService), 'commit');

  it('refuse 20,000 early requests by a handful of queries, and no batch', async () => {
    const opensAt = await inMs(HOUR_MS);
    await warehouse.stockProduct('EARLY', 10, { salesFrom: opensAt });
    await rules().refresh();
    const committed = batches();
    const database = warehouse.get(Database);
    const queried = (['read', 'write', 'find', 'lockThenWrite'] as const).map((name) =>
      jest.spyOn(database, name),
    );
    const refused = { code: 'SALE.NOT_OPEN', facts: { sku: 'EARLY', opensAt: opensAt.toISOString() } };
    const begunAt = performance.now();
    for (let index = 0; index < 20_000; index += 1) {
      const error: unknown = await buy(warehouse, 'EARLY', 1, { idempotencyKey: `${index % 100}` }).catch(
        (thrown: unknown) => thrown,
      );
      if (index % 1_000 === 0) expect(error).toMatchObject(refused);
    }
    const seconds = (performance.now() - begunAt) / 1_000;
    expect(committed).not.toHaveBeenCalled();
    const queries = queried.reduce((sum, { mock }) => sum + mock.calls.length, 0);
    expect(queries).toBeLessThanOrEqual(2 + 2 * seconds);
    expect(await warehouse.level('EARLY')).toMatchObject({ onHand: 10, refusedDemand: 0 });
  }, 60_000);

  it('tell when to come back, in whole seconds that are enough', async () => {
    await warehouse.stockProduct('RETRY', 10, { salesFrom: await inMs(2_300) });
    await rules().refresh();
    await expect(buy(warehouse, 'RETRY')).rejects.toMatchObject({ retryAfterSeconds: 3 });
  });

  it('open by themselves, without a change', async () => {
    await warehouse.stockProduct('OPENS', 10, { salesFrom: await inMs(400) });
    await rules().refresh();
    await expect(buy(warehouse, 'OPENS')).rejects.toMatchObject({ code: 'SALE.NOT_OPEN' });
    await sleep(450);
    expect(await buy(warehouse, 'OPENS')).toMatchObject({ kind: 'CONFIRMED' });
  });

  it('refuse whoever came before the opening, though the batch commits after it', async () => {
    const opensAt = await inMs(250);
    await warehouse.stockProduct('FAIR', 10);
    await buy(warehouse, 'FAIR');
    await rules().refresh();
    // The process does not know of the opening, and its batch begins late.
    await change('FAIR', { salesFrom: opensAt });
    const service = warehouse.get(SaleBatchService);
    const commit = service.commit.bind(service);
    jest.spyOn(service, 'commit').mockImplementationOnce(async (gather) => {
      await sleep(600);
      return commit(gather);
    });
    const early = buy(warehouse, 'FAIR').catch((error: unknown) => error);
    await sleep(400);
    const later = buy(warehouse, 'FAIR');
    expect(await early).toMatchObject({ code: 'SALE.NOT_OPEN' });
    expect(await later).toMatchObject({ kind: 'CONFIRMED' });
    expect(await databaseTime()).toBeInstanceOf(Date);
    expect((await databaseTime()).getTime()).toBeGreaterThan(opensAt.getTime());
    expect(await warehouse.level('FAIR')).toMatchObject({ onHand: 8 });
  });

  it('close, and answer the repeat of a sale that was made while they were open', async () => {
    await warehouse.stockProduct('CLOSES', 10);
    const sold = await buy(warehouse, 'CLOSES', 1, { idempotencyKey: 'closes' });
    const closedAt = await inMs(-1);
    await change('CLOSES', { salesUntil: closedAt });
    await rules().refresh();
    await expect(buy(warehouse, 'CLOSES')).rejects.toMatchObject({
      code: 'SALE.NOT_OPEN',
      facts: { sku: 'CLOSES', closedAt: closedAt.toISOString() },
    });
    expect(await buy(warehouse, 'CLOSES', 1, { idempotencyKey: 'closes' })).toEqual({
      ...sold,
      replayed: true,
    });
    await expect(buy(warehouse, 'CLOSES', 1, { idempotencyKey: 'another' })).rejects.toMatchObject({
      code: 'SALE.NOT_OPEN',
    });
  });

  it('answer the repeat of a sale whose opening was put off afterwards', async () => {
    await warehouse.stockProduct('PUT-OFF', 10);
    const sold = await buy(warehouse, 'PUT-OFF', 1, { idempotencyKey: 'put off' });
    await change('PUT-OFF', { salesFrom: await inMs(HOUR_MS) });
    await rules().refresh();
    expect(await buy(warehouse, 'PUT-OFF', 1, { idempotencyKey: 'put off' })).toEqual({
      ...sold,
      replayed: true,
    });
  });

  it.each([2 * HOUR_MS, -2 * HOUR_MS])(
    'go by the clock of the database, whatever that of the process says (%d ms wrong)',
    async (skewMs) => {
      await warehouse.stockProduct('OPEN', 10, {
        salesFrom: await inMs(-1_000),
        salesUntil: await inMs(HOUR_MS),
      });
      await warehouse.stockProduct('SHUT', 10, { salesFrom: await inMs(HOUR_MS) });
      await withWrongClock(skewMs, async () => {
        await rules().refresh();
        expect(await buy(warehouse, 'OPEN')).toMatchObject({ kind: 'CONFIRMED' });
        await expect(buy(warehouse, 'SHUT')).rejects.toMatchObject({ code: 'SALE.NOT_OPEN' });
      });
    },
  );

  it('are seen within a second after another process has changed them', async () => {
    await warehouse.stockProduct('SEEN', 100);
    const end = performance.now() + 300;
    while (performance.now() < end) {
      await buy(warehouse, 'SEEN');
      await sleep(20);
    }
    await change('SEEN', { salesFrom: await inMs(HOUR_MS) });
    const committed = batches();
    await sleep(1_000);
    await expect(buy(warehouse, 'SEEN')).rejects.toMatchObject({ code: 'SALE.NOT_OPEN' });
    expect(committed).not.toHaveBeenCalled();
  });

  it('leave all to the batch while the rules cannot be read', async () => {
    await warehouse.stockProduct('BLIND', 10, { salesFrom: await inMs(HOUR_MS) });
    await rules().refresh();
    await sleep(1_050);
    const database = warehouse.get(Database);
    jest.spyOn(database, 'read').mockRejectedValue(new Error('away'));
    const committed = batches();
    await expect(buy(warehouse, 'BLIND')).rejects.toMatchObject({ code: 'SALE.NOT_OPEN' });
    expect(committed).toHaveBeenCalled();
  });

  it('state the error of the clock, which is that of half a round trip', async () => {
    await databaseTime();
    const error = rules()['offset'].errorMs(performance.now())!;
    expect(error).toBeGreaterThan(0);
    expect(error).toBeLessThan(200);
  });

  if (kind !== 'mysql') return;

  it('cannot be broken by a batch that assumes others: the row refuses it', async () => {
    await warehouse.stockProduct('STALE', 100);
    await buy(warehouse, 'STALE');
    await buy(warehouse, 'STALE');
    const fallbacks = fallbacksOf(warehouse);
    await change('STALE', { salesFrom: await inMs(-HOUR_MS) });
    expect(await buy(warehouse, 'STALE')).toMatchObject({ kind: 'CONFIRMED' });
    expect(fallbacks).toEqual(['constraint_violation']);
  });

  it('are kept by the optimistic batch: it sells within them, and sends what is outside to the row', async () => {
    await warehouse.stockProduct('HOT', 100, {
      salesFrom: await inMs(-HOUR_MS),
      salesUntil: await inMs(900),
    });
    await buy(warehouse, 'HOT');
    const locked = jest.spyOn(warehouse.get(LockingBatch), 'commit');
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => buy(warehouse, 'HOT')));
    expect(confirmed(outcomes)).toHaveLength(20);
    expect(locked).not.toHaveBeenCalled();
    await sleep(950);
    await expect(buy(warehouse, 'HOT', 1, { idempotencyKey: 'late' })).rejects.toMatchObject({
      code: 'SALE.NOT_OPEN',
    });
    expect(locked).toHaveBeenCalledTimes(1);
  });
});
