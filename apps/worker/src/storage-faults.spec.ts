import { DeadLetterService } from '#inventory';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import Sqlite from 'better-sqlite3';
import { DataSource } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { injectStorageFault, STORAGE_FAULTS } from '../../../libs/inventory/src/testing/storage-fault.js';
import { eventually } from '../../../libs/runtime/src/testing/eventually.js';
import { WorkerUnderTest } from './testing/worker-under-test.js';

describe('the worker, when its storage fails', () => {
  let worker: WorkerUnderTest;
  let other: Sqlite.Database;

  beforeEach(async () => {
    // The factory answers at once. A timeout of a busy machine would make a second request.
    worker = await WorkerUnderTest.start({ FACTORY_TIMEOUT_MS: 10_000 });
    other = new Sqlite(worker.warehouse.database.url, { timeout: 5_000 });
  }, 30_000);

  afterEach(async () => {
    other.close();
    await worker.stop();
  }, 30_000);

  const statusSeenByOthers = (sku: string) =>
    other.prepare('SELECT status FROM restock_order WHERE sku = ?').pluck().get(sku);

  it.each(STORAGE_FAULTS)(
    '%s: what it records is seen by another connection, and no process is locked out',
    async (fault) => {
      const wasMet = injectStorageFault(worker.application.get(DataSource), fault);
      if (fault === 'ROLLBACK') {
        // There is no such order: its transaction is rolled back.
        await worker.queue.send('restock', JSON.stringify({ restockOrderId: uuidv7() }));
        await eventually(async () => expect(wasMet()).toBe(true));
      }
      await worker.openOrder('CP-1');
      await eventually(() => expect(statusSeenByOthers('CP-1')).toBe('ORDERED'));
      expect(wasMet()).toBe(true);
      await worker.openOrder('CP-2');
      await eventually(() => expect(statusSeenByOthers('CP-2')).toBe('ORDERED'));
      other.exec('BEGIN IMMEDIATE; ROLLBACK');
      expect(worker.factory.requests).toHaveLength(2);
      const letters = await worker.warehouse.get(DeadLetterService).list({ limit: 10 });
      expect(letters.items.filter(({ causeCode }) => causeCode !== 'RESTOCK_ORDER.UNKNOWN')).toEqual([]);
    },
    60_000,
  );
});
