import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { SaleService } from '../sale/sale.service.js';
import { TEST_DATABASES } from '../testing/test-database.js';
import { Warehouse } from '../testing/warehouse.js';
import { isUnavailable } from './database-errors.js';
import { Database } from './database.js';

const UNAVAILABLE = { name: 'InventoryError', code: 'DATABASE.UNAVAILABLE' };

/** What MySQL says when it means "not now": its number, and the name that the driver gives it. */
const NOT_NOW: [number, string][] = [
  [1290, 'ER_OPTION_PREVENTS_STATEMENT'],
  [1836, 'ER_READ_ONLY_MODE'],
  [1792, 'ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION'],
  [3032, 'ER_SERVER_OFFLINE_MODE'],
  [1021, 'ER_DISK_FULL'],
  [1114, 'ER_RECORD_FILE_FULL'],
  [1030, 'ER_GET_ERRNO'],
  [1040, 'ER_CON_COUNT_ERROR'],
  [1203, 'ER_TOO_MANY_USER_CONNECTIONS'],
  [1041, 'ER_OUT_OF_RESOURCES'],
  [1045, 'ER_ACCESS_DENIED_ERROR'],
  [1053, 'ER_SERVER_SHUTDOWN'],
  [1317, 'ER_QUERY_INTERRUPTED'],
  [3100, 'ER_RUN_HOOK_ERROR'],
  [1180, 'ER_ERROR_DURING_COMMIT'],
];

it.each(NOT_NOW)('error %i, %s, is unavailability', (_, code) => {
  expect(isUnavailable(Object.assign(new Error('from MySQL'), { code }))).toBe(true);
});

if (TEST_DATABASES.includes('mysql')) {
  describe('MySQL that says "not now"', () => {
    let warehouse: Warehouse;
    let database: Database;

    beforeAll(async () => {
      warehouse = await Warehouse.open('mysql', 1);
      database = warehouse.get(Database);
      await warehouse.stockProduct('RING', 100);
    });

    afterAll(() => warehouse.close());

    beforeEach(() => {
      jest.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);
    });

    afterEach(async () => {
      jest.restoreAllMocks();
      await database.read((manager) => manager.query('DROP TRIGGER IF EXISTS refuse'));
    });

    /** Lets MySQL itself refuse each write to `table` with the error `errno`. */
    const refuseWrites = (table: string, action: 'INSERT' | 'UPDATE', errno: number) =>
      database.read((manager) =>
        manager.query(`CREATE TRIGGER refuse BEFORE ${action} ON ${table} FOR EACH ROW
          SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO = ${errno}, MESSAGE_TEXT = 'not now'`),
      );

    const connectionId = () =>
      database.read(async (manager) => {
        const [row] = await manager.query<[{ id: number }]>('SELECT CONNECTION_ID() AS id');
        return Number(row.id);
      });

    it.each(NOT_NOW)('error %i, %s: is unavailable, and the connection is discarded', async (errno) => {
      await refuseWrites('product', 'UPDATE', errno);
      const before = await connectionId();
      const writing = database.write((manager) => manager.query('UPDATE product SET name = sku'));
      await expect(writing).rejects.toMatchObject(UNAVAILABLE);
      expect(await connectionId()).not.toBe(before);
    });

    it('sells nothing while it is read-only, answers no internal error, and sells again afterwards', async () => {
      const buy = () => warehouse.get(SaleService).place({ lines: [{ sku: 'RING', quantity: 1 }] });
      await buy();
      await refuseWrites('sale', 'INSERT', 1290);
      const answers = await Promise.allSettled([buy(), buy(), buy()]);
      for (const answer of answers) expect(answer).toMatchObject({ reason: UNAVAILABLE });
      await database.read((manager) => manager.query('DROP TRIGGER refuse'));
      expect(await buy()).toMatchObject({ kind: 'CONFIRMED' });
      expect((await warehouse.level('RING')).onHand).toBe(98);
      expect(await warehouse.differences()).toEqual([]);
    });

    it('is not ready because it answers: it must take writes', async () => {
      await database.assertWritable();
      await refuseWrites('heartbeat', 'UPDATE', 1290);
      await new Promise((resolve) => setTimeout(resolve, 600));
      await expect(database.assertWritable()).rejects.toMatchObject(UNAVAILABLE);
    });

    it('never uses a connection again whose ROLLBACK failed (the bug: the next commit included its rows)', async () => {
      const before = await connectionId();
      const writing = database.write(async (manager) => {
        await manager.query("UPDATE product SET name = 'half'");
        const { queryRunner } = manager;
        queryRunner!.rollbackTransaction = () => Promise.reject(new Error('the ROLLBACK failed'));
        throw new Error('out of flour');
      });
      await expect(writing).rejects.toThrow('out of flour');
      expect(await connectionId()).not.toBe(before);
      await database.write((manager) => manager.query('SELECT 1'));
      const names = await database.read((manager) => manager.query('SELECT name FROM product'));
      expect(names).toEqual([{ name: 'RING' }]);
    });
  });
}
