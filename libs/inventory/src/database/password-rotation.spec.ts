import { EnvironmentError } from '#runtime';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { ConsoleLogger, Logger } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { databaseSettings } from '../environment.js';
import { DatabaseModule } from '../database.module.js';
import { Factory } from '../product/factory.entity.js';
import { TEST_DATABASES } from '../testing/test-database.js';
import { Warehouse } from '../testing/warehouse.js';
import { isAccessDenied } from './database-errors.js';
import { Database } from './database.js';

const UNAVAILABLE = { name: 'InventoryError', code: 'DATABASE.UNAVAILABLE' };

it('recognises the error of a refused user, bare or wrapped by TypeORM', () => {
  const driverError = Object.assign(new Error('from MySQL'), { code: 'ER_ACCESS_DENIED_ERROR' });
  expect([driverError, { driverError }, new Error('other')].map(isAccessDenied)).toEqual([true, true, false]);
});

if (TEST_DATABASES.includes('mysql')) {
  describe('a password of MySQL', () => {
    const directory = mkdtempSync(join(tmpdir(), 'donut-states-'));
    const file = join(directory, 'password');
    const user = `donut_${randomBytes(6).toString('hex')}`;
    let warehouse: Warehouse;
    let url: string;

    beforeAll(async () => {
      warehouse = await Warehouse.open('mysql');
      const own = new URL(warehouse.database.url);
      await warehouse.dataSource.query(`CREATE USER ${user}@'%' IDENTIFIED BY 'first'`);
      await warehouse.dataSource.query(`GRANT ALL ON ${own.pathname.slice(1)}.* TO ${user}@'%'`);
      own.username = user;
      own.password = '';
      url = own.href;
    });

    afterAll(async () => {
      await warehouse.dataSource.query(`DROP USER ${user}@'%'`);
      await warehouse.close();
      rmSync(directory, { recursive: true });
    });

    const enter = async () => {
      const testing = await Test.createTestingModule({
        imports: [
          DatabaseModule.forRoot(databaseSettings({ DATABASE_URL: url, DATABASE_PASSWORD_FILE: file }, 2)),
        ],
      })
        .setLogger(new ConsoleLogger({ logLevels: ['fatal'] }))
        .compile();
      return testing.init();
    };

    const endConnections = async () => {
      const connections = await warehouse.dataSource.query<{ id: number }[]>(
        'SELECT id FROM information_schema.processlist WHERE user = ?',
        [user],
      );
      for (const { id } of connections) await warehouse.dataSource.query(`KILL ${id}`);
    };

    it('is read again after a rotation: no restart is needed', async () => {
      const logged = jest.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);
      writeFileSync(file, 'first\n');
      const application = await enter();
      const database = application.get(Database);
      const ask = () => database.read((manager) => manager.query('SELECT 1'));
      await ask();
      await warehouse.dataSource.query(`ALTER USER ${user}@'%' IDENTIFIED BY 'second'`);
      await endConnections();
      await expect(ask()).rejects.toMatchObject(UNAVAILABLE);
      await expect(ask()).rejects.toMatchObject(UNAVAILABLE);
      writeFileSync(file, 'second\n');
      await Promise.all([ask(), ask(), ask()]);
      // The connections of sales are others, and follow it as well.
      await database.find([{ entity: Factory, text: 'SELECT * FROM factory', values: [] }]);
      await application.close();
      logged.mockRestore();
    });

    it('that is wrong at the start ends the process with a clear line, not after half a minute', async () => {
      writeFileSync(file, 'a wrong secret');
      const entering = enter();
      await expect(entering).rejects.toThrow(EnvironmentError);
      await expect(entering).rejects.toThrow('MySQL refuses the user or the password: look at DATABASE_URL');
      await expect(entering).rejects.not.toThrow('secret');
    });
  });
}
