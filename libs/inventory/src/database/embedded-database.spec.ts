import { describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { type EntityManager } from 'typeorm';
import { Factory } from '../product/factory.entity.js';
import { Warehouse } from '../testing/warehouse.js';
import { Database } from './database.js';
import { EmbeddedDatabase } from './embedded-database.js';

const insertFactory = (manager: EntityManager, id: string) =>
  manager.insert(Factory, {
    id,
    name: 'factory',
    managerEmail: 'factory@donut-states.example',
    apiUrl: 'http://127.0.0.1:1',
    leadTimeSeconds: 10,
    overdueAfterSeconds: 60,
  });

describe('the embedded database', () => {
  it('is chosen for a file', async () => {
    const warehouse = await Warehouse.open('embedded');
    expect(warehouse.get(Database)).toBeInstanceOf(EmbeddedDatabase);
    await warehouse.close();
  });

  it('tries a transaction again when another process holds the write lock for longer than one wait', async () => {
    const warehouse = await Warehouse.open('embedded');
    const other = await warehouse.join();
    const locked = Promise.withResolvers<void>();
    const holding = other.get(Database).write(async (manager) => {
      await insertFactory(manager, 'OTHER');
      locked.resolve();
      await sleep(600);
    });
    await locked.promise;
    await warehouse.get(Database).write((manager) => insertFactory(manager, 'OWN'));
    await holding;
    expect(await warehouse.dataSource.manager.count(Factory)).toBe(3);
    await other.close();
    await warehouse.close();
  });
});
