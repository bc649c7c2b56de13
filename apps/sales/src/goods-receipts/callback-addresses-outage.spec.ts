import { Database, Factory, InventoryError } from '#inventory';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { type LoggerService } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { TEST_DATABASES } from '../../../../libs/inventory/src/testing/test-database.js';
import {
  type EmbeddedQueue,
  startEmbeddedQueue,
} from '../../../../libs/messaging/src/testing/embedded-queue.js';
import { ACCEPTED, ADDRESS_REFUSED, deliverFrom } from '../testing/callback-sender.js';
import { SalesUnderTest } from '../testing/sales-under-test.js';

const unavailable = () =>
  Promise.reject(new InventoryError('DATABASE.UNAVAILABLE', 'The warehouse cannot be reached.'));

/** What a query comes to while the database is away. One that hangs is given up after a while. */
const OUTAGES: [string, () => Promise<never>][] = [
  ['refuses', unavailable],
  ['hangs', () => sleep(4_000).then(unavailable)],
];

describe.each(TEST_DATABASES)('the addresses of callbacks, on %s', (kind) => {
  let queue: EmbeddedQueue;
  let sales: SalesUnderTest;
  let warnings: string[];

  beforeEach(async () => {
    warnings = [];
    const recorder: LoggerService = {
      log: () => undefined,
      warn: (message: string) => void warnings.push(message),
      error: () => undefined,
    };
    queue = await startEmbeddedQueue();
    Object.assign(process.env, queue.environment);
    sales = await SalesUnderTest.start({ QUEUE_URL_PREFIX: queue.urlPrefix }, kind);
    sales.application.useLogger(recorder);
    const callbackAddresses = ['192.0.2.1'];
    await sales.warehouse.dataSource.manager.update(Factory, { id: 'FF-1' }, { callbackAddresses });
  }, 60_000);
  afterEach(async () => {
    jest.restoreAllMocks();
    await sales.stop();
    await queue.stop();
  });

  describe.each(OUTAGES)('while the database %s', (_, answer) => {
    const endOutage = () => jest.restoreAllMocks();
    const beginOutage = () => jest.spyOn(sales.application.get(Database), 'read').mockImplementation(answer);

    it('are any, where no list was read: the goods are queued', async () => {
      const order = await sales.warehouse.openRestockOrder('RING', 10);
      beginOutage();
      const began = performance.now();
      expect(await deliverFrom(sales, order, '192.0.2.2')).toMatchObject(ACCEPTED);
      expect(performance.now() - began).toBeLessThan(3_000);
      for (let count = 1; count < 20; count += 1) {
        expect(await deliverFrom(sales, order, '192.0.2.2')).toMatchObject(ACCEPTED);
      }
      expect(await queue.count('goods-receipts')).toBe(20);
      // A wait for the database now and then, and not one for each.
      expect(performance.now() - began).toBeLessThan(10_000);
      expect(warnings).toContain('the address of a callback could not be checked, and it passes');
      endOutage();
      await sleep(5_000);
      expect(await deliverFrom(sales, order, '192.0.2.2')).toMatchObject(ADDRESS_REFUSED);
    }, 30_000);

    it('are those of the last list for orders that were seen, and any for others', async () => {
      const [seen, other] = [
        await sales.warehouse.openRestockOrder('SEEN', 10),
        await sales.warehouse.openRestockOrder('OTHER', 10),
      ];
      expect(await deliverFrom(sales, seen, '192.0.2.2')).toMatchObject(ADDRESS_REFUSED);
      beginOutage();
      await sleep(2_100);
      expect(await deliverFrom(sales, seen, '192.0.2.1')).toMatchObject(ACCEPTED);
      expect(await deliverFrom(sales, other, '192.0.2.2')).toMatchObject(ACCEPTED);
      expect(await deliverFrom(sales, seen, '192.0.2.2')).toMatchObject(ADDRESS_REFUSED);
    }, 30_000);
  });
});
