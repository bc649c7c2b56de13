import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import Sqlite from 'better-sqlite3';
import { type EntityManager } from 'typeorm';
import { Factory } from '../product/factory.entity.js';
import { SaleService } from '../sale/sale.service.js';
import { injectStorageFault, STORAGE_FAULTS, type StorageFault } from '../testing/storage-fault.js';
import { Warehouse } from '../testing/warehouse.js';
import { Database } from './database.js';

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

/**
 * The bug: SQLite had ended a transaction by itself, TypeORM believed that it was still open, and every later COMMIT was
 * nested in one that never came: confirmed sales were visible to nobody else, and gone after a restart.
 */
describe('the embedded database, after a fault of its storage', () => {
  let warehouse: Warehouse;
  let database: Database;
  let other: Sqlite.Database;

  beforeEach(async () => {
    jest.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);
    warehouse = await Warehouse.open('embedded');
    database = warehouse.get(Database);
    other = new Sqlite(warehouse.database.url, { timeout: 0 });
  });

  afterEach(async () => {
    jest.restoreAllMocks();
    other.close();
    await warehouse.close();
  });

  const seenByOthers = (sql: string): unknown[] => other.prepare(sql).pluck().all();
  const factories = () => seenByOthers('SELECT id FROM factory ORDER BY id');

  /** Each way in which a transaction is run. */
  const WRITES = {
    write: (id: string) => database.write((manager) => insertFactory(manager, id)),
    lockThenWrite: (id: string) =>
      database.lockThenWrite([], async () => ({
        result: undefined,
        changes: [
          {
            into: 'factory (id, name, manager_email, api_url, lead_time_seconds, overdue_after_seconds)',
            rows: [[id, 'factory', 'f@donut-states.example', 'http://127.0.0.1:1', 10, 60]],
          },
        ],
      })),
  };

  const failBetween = (id: string) =>
    database.write(async (manager) => {
      await insertFactory(manager, id);
      throw new Error('out of flour');
    });

  describe.each(Object.keys(WRITES) as (keyof typeof WRITES)[])('in %s', (way) => {
    it.each(STORAGE_FAULTS)('%s: what is confirmed from then on is seen by others at once', async (fault) => {
      await WRITES[way]('A-BEFORE');
      const wasMet = injectStorageFault(warehouse.dataSource, fault);
      const failing = fault === 'ROLLBACK' ? failBetween('B-LOST') : WRITES[way]('B-LOST');
      await expect(failing).rejects.toMatchObject(
        fault === 'ROLLBACK' ? { message: 'out of flour' } : UNAVAILABLE,
      );
      expect(wasMet()).toBe(true);
      await expect(failBetween('C-LOST')).rejects.toThrow('out of flour');
      for (const id of ['D-1', 'D-2', 'D-3']) {
        await WRITES[way](id);
        expect(factories()).toContain(id);
      }
      // Another process can write: no transaction is left open.
      other.prepare('UPDATE factory SET name = ?').run('changed');
      await warehouse.dataSource.destroy();
      expect(factories()).toEqual(['A-BEFORE', 'D-1', 'D-2', 'D-3', 'FF-1']);
      await warehouse.dataSource.initialize();
    });
  });

  it.each(STORAGE_FAULTS)('%s: every confirmed sale is seen by others at once', async (fault) => {
    await warehouse.stockProduct('RING', 100);
    const sales = warehouse.get(SaleService);
    const buy = () => sales.place({ lines: [{ sku: 'RING', quantity: 1 }] });
    await buy();
    await meetFault(fault, buy);
    for (let sold = 0; sold < 5; sold += 1) {
      const outcome = await buy();
      if (outcome.kind !== 'CONFIRMED') throw new Error(outcome.kind);
      expect(seenByOthers('SELECT id FROM sale')).toContain(outcome.sale.id);
    }
    expect(await warehouse.differences()).toEqual([]);
  });

  async function meetFault(fault: StorageFault, buy: () => Promise<unknown>): Promise<void> {
    const wasMet = injectStorageFault(warehouse.dataSource, fault);
    if (fault === 'ROLLBACK') await expect(failBetween('LOST')).rejects.toThrow('out of flour');
    else await expect(buy()).rejects.toMatchObject(UNAVAILABLE);
    expect(wasMet()).toBe(true);
  }

  it('a real SQLITE_FULL: nothing is confirmed meanwhile, and it writes again when there is space', async () => {
    const [{ page_count: pages }] = await database.read((manager) =>
      manager.query<[{ page_count: number }]>('PRAGMA page_count'),
    );
    await database.read((manager) => manager.query(`PRAGMA max_page_count = ${pages}`));
    const long = 'x'.repeat(100_000);
    const fill = () =>
      database.write((manager) => manager.query('UPDATE factory SET name = ? WHERE id = ?', [long, 'FF-1']));
    await expect(fill()).rejects.toMatchObject(UNAVAILABLE);
    // The limit was the connection's own, and that is discarded: the disk has room again.
    await fill();
    expect(seenByOthers('SELECT length(name) FROM factory')).toEqual([100_000]);
  });
});
