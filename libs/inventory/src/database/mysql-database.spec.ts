import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { DataSource, type EntityManager } from 'typeorm';
import { Factory } from '../product/factory.entity.js';
import { StockLevel } from '../stock/stock-level.entity.js';
import { MysqlProxy } from '../testing/mysql-proxy.js';
import { TEST_DATABASES } from '../testing/test-database.js';
import { Warehouse } from '../testing/warehouse.js';
import { dataSourceOptions } from '../schema/data-source-options.js';
import { createDatabase } from './create-database.js';
import { Database } from './database.js';
import { MysqlDatabase } from './mysql-database.js';

const UNAVAILABLE = { name: 'InventoryError', code: 'DATABASE.UNAVAILABLE' };

const insertFactory = (manager: EntityManager, id: string) =>
  manager.insert(Factory, {
    id,
    name: 'factory',
    managerEmail: 'factory@donut-states.example',
    apiUrl: 'http://127.0.0.1:1',
    leadTimeSeconds: 10,
    overdueAfterSeconds: 60,
  });

it('is chosen for a MySQL URL', () => {
  const dataSource = new DataSource(dataSourceOptions({ url: 'mysql://user@127.0.0.1:1/shop', poolSize: 1 }));
  expect(createDatabase(dataSource)).toBeInstanceOf(MysqlDatabase);
});

if (TEST_DATABASES.includes('mysql')) {
  describe('MySQL', () => {
    let warehouse: Warehouse;

    beforeAll(async () => {
      warehouse = await Warehouse.open('mysql', 1);
      await warehouse.stockProduct('CP-1', 10);
      await warehouse.stockProduct('CP-2', 10);
    });

    afterAll(() => warehouse.close());

    it('runs the loser of a deadlock again, as a whole', async () => {
      const other = await warehouse.join();
      const bothHoldOne = Promise.withResolvers<void>();
      let attempts = 0;
      const reserve = (process: Warehouse, [first, second]: [string, string]) =>
        process.get(Database).write(async (manager) => {
          attempts += 1;
          await manager.increment(StockLevel, { sku: first }, 'reserved', 1);
          if (attempts === 2) bothHoldOne.resolve();
          await bothHoldOne.promise;
          await manager.increment(StockLevel, { sku: second }, 'reserved', 1);
        });
      await Promise.all([reserve(warehouse, ['CP-1', 'CP-2']), reserve(other, ['CP-2', 'CP-1'])]);
      expect(attempts).toBe(3);
      expect(await warehouse.level('CP-1')).toMatchObject({ reserved: 2 });
      expect(await warehouse.level('CP-2')).toMatchObject({ reserved: 2 });
      await other.close();
    });

    it('serves many concurrent callers through one connection', async () => {
      const database = warehouse.get(Database);
      await Promise.all(
        Array.from({ length: 20 }, (_, index) =>
          database.write((manager) => insertFactory(manager, `${index}`)),
        ),
      );
      expect(await warehouse.dataSource.manager.count(Factory)).toBe(21);
    });

    it('is unavailable to a caller that waits for a lock which is not released, after one repeat', async () => {
      const other = await warehouse.join();
      const locked = Promise.withResolvers<void>();
      const done = Promise.withResolvers<void>();
      const holding = other.get(Database).write(async (manager) => {
        await manager.increment(StockLevel, { sku: 'CP-1' }, 'reserved', 1);
        locked.resolve();
        await done.promise;
      });
      await locked.promise;
      const logged = jest.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);
      let attempts = 0;
      const waiting = warehouse.get(Database).write(async (manager) => {
        attempts += 1;
        await manager.query('SET SESSION innodb_lock_wait_timeout = 1');
        await manager.increment(StockLevel, { sku: 'CP-1' }, 'reserved', 1);
      });
      await expect(waiting).rejects.toMatchObject(UNAVAILABLE);
      expect(attempts).toBe(2);
      logged.mockRestore();
      done.resolve();
      await holding;
      await other.close();
    });

    it('lets no connection wait long for a lock', async () => {
      const other = await warehouse.join();
      const [row] = await other
        .get(Database)
        .read((manager) =>
          manager.query<{ seconds: number }[]>('SELECT @@SESSION.innodb_lock_wait_timeout AS seconds'),
        );
      expect(Number(row!.seconds)).toBe(3);
      await other.close();
    });

    describe('behind a network that fails', () => {
      const LIMITS = { workMs: 300, snapshotMs: 1_000, probeMs: 300 };
      let proxy: MysqlProxy;
      let dataSource: DataSource;
      let database: Database;
      let logged: jest.SpiedFunction<Logger['warn']>;

      beforeEach(async () => {
        proxy = await MysqlProxy.open(warehouse.database.url);
        dataSource = await new DataSource(dataSourceOptions({ url: proxy.url, poolSize: 2 })).initialize();
        database = createDatabase(dataSource, LIMITS);
        logged = jest.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);
        await database.assertWritable();
      });

      afterEach(async () => {
        logged.mockRestore();
        if (dataSource.isInitialized) await dataSource.destroy();
        await proxy.close();
      });

      const select = (manager: EntityManager) => manager.query('SELECT 1');

      it('is unavailable while its port is closed, and serves again once it is open', async () => {
        await proxy.close();
        for (const act of ['read', 'write', 'snapshot'] as const) {
          await expect(database[act](select)).rejects.toMatchObject(UNAVAILABLE);
        }
        // One line a second, however much fails.
        expect(logged).toHaveBeenCalledTimes(1);
        await proxy.listen();
        await database.assertWritable();
      });

      it('is unavailable to all callers while it does not answer, and serves again when it does', async () => {
        proxy.freeze();
        const startedAt = performance.now();
        const acts = (['read', 'write', 'snapshot', 'read', 'write', 'read'] as const).map((act) =>
          expect(database[act](select)).rejects.toMatchObject(UNAVAILABLE),
        );
        await Promise.all(acts);
        expect(performance.now() - startedAt).toBeLessThan(2_000);
        proxy.thaw();
        await Promise.all(Array.from({ length: 6 }, () => database.write(select)));
        await database.snapshot(select);
      });

      it('never uses a connection again that stopped answering during a transaction', async () => {
        const writing = database.write(async (manager) => {
          await insertFactory(manager, 'SILENT');
          proxy.freeze();
          await select(manager);
        });
        await expect(writing).rejects.toMatchObject(UNAVAILABLE);
        proxy.thaw();
        for (let round = 0; round < 4; round += 1) {
          expect(await database.read((manager) => manager.existsBy(Factory, { id: 'SILENT' }))).toBe(false);
        }
      });

      it('gives a snapshot more time than a sale', async () => {
        const slow = (manager: EntityManager) => manager.query('SELECT SLEEP(0.5)');
        await expect(database.read(slow)).rejects.toMatchObject(UNAVAILABLE);
        await database.snapshot(slow);
      });

      it('closes in bounded time while it does not answer, and leaves no connection open', async () => {
        proxy.freeze();
        const writing = expect(database.write(select)).rejects.toMatchObject(UNAVAILABLE);
        const startedAt = performance.now();
        await dataSource.destroy();
        await writing;
        while (proxy.connections > 0 && performance.now() - startedAt < 4_000) await sleep(50);
        expect(proxy.connections).toBe(0);
        expect(performance.now() - startedAt).toBeLessThan(3_500);
      });
    });
  });
}
