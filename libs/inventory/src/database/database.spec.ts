import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { type EntityManager } from 'typeorm';
import { Factory } from '../product/factory.entity.js';
import { TEST_DATABASES } from '../testing/test-database.js';
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

describe.each(TEST_DATABASES)('the database on %s', (kind) => {
  let warehouse: Warehouse;
  let database: Database;

  beforeAll(async () => {
    warehouse = await Warehouse.open(kind);
    database = warehouse.get(Database);
  });

  afterAll(() => warehouse.close());

  const isThere = (id: string) => database.read((manager) => manager.existsBy(Factory, { id }));

  it('keeps committed rows, and no row of a failed transaction', async () => {
    expect(await database.write((manager) => insertFactory(manager, 'KEPT').then(() => 'done'))).toBe('done');
    const failing = database.write(async (manager) => {
      await insertFactory(manager, 'FAILED');
      throw new Error('out of flour');
    });
    await expect(failing).rejects.toThrow('out of flour');
    expect([await isThere('KEPT'), await isThere('FAILED')]).toEqual([true, false]);
  });

  describe('with concurrent transactions (the bug: TypeORM mixes them on the one embedded connection)', () => {
    it('keeps no row of a transaction that is rolled back while another commits', async () => {
      const failing = database.write(async (manager) => {
        await insertFactory(manager, 'ROLLED-BACK');
        await sleep(50);
        throw new Error('out of flour');
      });
      const committing = database.write(async (manager) => {
        await insertFactory(manager, 'COMMITTED');
        await sleep(20);
      });
      await Promise.all([expect(failing).rejects.toThrow('out of flour'), committing]);
      expect([await isThere('ROLLED-BACK'), await isThere('COMMITTED')]).toEqual([false, true]);
    });

    it('keeps the rows of all that succeed among thirty, and no row of those that fail', async () => {
      const outcomes = await Promise.allSettled(
        Array.from({ length: 30 }, (_, index) =>
          database.write(async (manager) => {
            await insertFactory(manager, `MANY-${index}`);
            await sleep(1);
            if (index % 3 === 0) throw new Error('out of flour');
          }),
        ),
      );
      expect(outcomes.filter(({ status }) => status === 'rejected')).toHaveLength(10);
      const kept = await database.read((manager) => manager.find(Factory));
      expect(kept.filter(({ id }) => id.startsWith('MANY-'))).toHaveLength(20);
    });

    it('reads no uncommitted row', async () => {
      const written = Promise.withResolvers<void>();
      const failing = database.write(async (manager) => {
        await insertFactory(manager, 'UNCOMMITTED');
        written.resolve();
        await sleep(50);
        throw new Error('out of flour');
      });
      await written.promise;
      expect(await isThere('UNCOMMITTED')).toBe(false);
      await expect(failing).rejects.toThrow('out of flour');
    });

    it('shows a snapshot the same moment to its end, while another process writes', async () => {
      const begun = Promise.withResolvers<void>();
      const changed = Promise.withResolvers<void>();
      const counting = database.snapshot(async (manager) => {
        const before = await manager.count(Factory);
        begun.resolve();
        await changed.promise;
        return [before, await manager.count(Factory)];
      });
      await begun.promise;
      const otherProcess = await warehouse.join();
      await otherProcess.get(Database).write((manager) => insertFactory(manager, 'MEANWHILE'));
      await otherProcess.close();
      changed.resolve();
      const [before, after] = await counting;
      expect(after).toBe(before);
      expect(await isThere('MEANWHILE')).toBe(true);
    });
  });

  it.each([
    ['write', 'write'],
    ['write', 'read'],
    ['read', 'write'],
    ['snapshot', 'read'],
  ] as const)(
    'refuses inside a %s another %s, which would wait for itself, and works on',
    async (outer, inner) => {
      const nested = database[outer](() => database[inner]((manager) => manager.query('SELECT 1')));
      await expect(nested).rejects.toThrow('A transaction inside a transaction would wait for itself');
      await database.assertWritable();
    },
  );

  it('does not try again after an error that is no conflict', async () => {
    let attempts = 0;
    const twice = database.write(async (manager) => {
      attempts += 1;
      await insertFactory(manager, 'FF-1');
    });
    await expect(twice).rejects.toMatchObject({ name: 'QueryFailedError' });
    expect(attempts).toBe(1);
  });

  it('is unavailable to a read while locks are not released', async () => {
    const logged = jest.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);
    const busy = Object.assign(new Error('busy'), {
      code: kind === 'mysql' ? 'ER_LOCK_DEADLOCK' : 'SQLITE_BUSY',
    });
    await expect(database.read(() => Promise.reject(busy))).rejects.toMatchObject({
      ...UNAVAILABLE,
      cause: busy,
    });
    expect(logged).toHaveBeenCalledTimes(1);
    logged.mockRestore();
  });
});
