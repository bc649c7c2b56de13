import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import Sqlite from 'better-sqlite3';
import { DataSource } from 'typeorm';
import { injectStorageFault, STORAGE_FAULTS } from '../../../libs/inventory/src/testing/storage-fault.js';
import { OPERATIONS_API_KEY, SalesUnderTest } from './testing/sales-under-test.js';

describe('the sales service, when its storage fails', () => {
  let sales: SalesUnderTest;
  let dataSource: DataSource;
  let other: Sqlite.Database;

  beforeEach(async () => {
    sales = await SalesUnderTest.start();
    await sales.warehouse.stockProduct('RING', 1_000);
    dataSource = sales.application.get(DataSource);
    other = new Sqlite(sales.warehouse.database.url, { timeout: 0 });
  });

  afterEach(async () => {
    jest.restoreAllMocks();
    other.close();
    await sales.stop();
  });

  const isThere = (id: string) => other.prepare('SELECT 1 FROM sale WHERE id = ?').get(id) !== undefined;

  const readiness = () => sales.application.inject('/health/ready');

  /** A request whose transaction is rolled back by a rule. */
  const takeTooMuch = () =>
    sales.application.inject({
      method: 'POST',
      url: '/products/RING/adjustments',
      headers: { 'x-api-key': OPERATIONS_API_KEY },
      payload: { delta: -5_000, note: 'count' },
    });

  it.each(STORAGE_FAULTS)('%s: every 201 is visible to another connection at once', async (fault) => {
    const wasMet = injectStorageFault(dataSource, fault);
    const failed = fault === 'ROLLBACK' ? await takeTooMuch() : await sales.buy('RING');
    expect(failed.statusCode).toBe(fault === 'ROLLBACK' ? 409 : 503);
    expect(wasMet()).toBe(true);
    expect((await takeTooMuch()).statusCode).toBe(409);
    for (let sold = 0; sold < 5; sold += 1) {
      const answer = await sales.buy('RING');
      expect(answer.statusCode).toBe(201);
      expect(isThere(answer.json<{ id: string }>().id)).toBe(true);
    }
    expect((await readiness()).statusCode).toBe(200);
    expect(await sales.warehouse.differences()).toEqual([]);
  });

  it('answers 503 and is not ready while no connection can be opened, and sells again without a restart', async () => {
    const wasMet = injectStorageFault(dataSource, 'IOERR');
    const refusal = new Sqlite.SqliteError('unable to open database file', 'SQLITE_CANTOPEN');
    const connecting = jest.spyOn(dataSource.driver, 'connect').mockRejectedValue(refusal);
    for (let request = 0; request < 3; request += 1) {
      const answer = await sales.buy('RING');
      expect(answer.statusCode).toBe(503);
      expect(answer.json()).toMatchObject({ code: 'DATABASE.UNAVAILABLE' });
      expect(answer.headers['retry-after']).toBe('2');
    }
    expect(wasMet()).toBe(true);
    const notReady = await readiness();
    expect(notReady.statusCode).toBe(503);
    expect(notReady.json()).toMatchObject({ checks: { database: 'unavailable' } });
    connecting.mockRestore();
    const answer = await sales.buy('RING');
    expect(answer.statusCode).toBe(201);
    expect(isThere(answer.json<{ id: string }>().id)).toBe(true);
    expect((await readiness()).statusCode).toBe(200);
  });
});
