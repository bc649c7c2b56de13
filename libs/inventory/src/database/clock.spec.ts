import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import { NotificationService } from '../notification/notification.service.js';
import { OutboxMessage } from '../outbox/outbox-message.entity.js';
import { OutboxService } from '../outbox/outbox.service.js';
import { RestockAttemptService } from '../restock/restock-attempt.service.js';
import { RestockProgressService } from '../restock/restock-progress.service.js';
import { RestockService } from '../restock/restock.service.js';
import { SellingRulesCache } from '../sale/selling-rules-cache.js';
import { SaleService } from '../sale/sale.service.js';
import { SettableClock } from '../testing/settable-clock.js';
import { TEST_DATABASES } from '../testing/test-database.js';
import { Warehouse } from '../testing/warehouse.js';
import { withWrongClock } from '../testing/wrong-clock.js';
import { Clock } from './clock.js';
import { Database } from './database.js';

const LEASE_MS = 60_000;
const ASKING_TIME_MS = 30 * 60_000;
const OVERDUE_AFTER_MS = 60_000;

describe.each(TEST_DATABASES)('the clock of the database on %s', (kind) => {
  let warehouse: Warehouse;

  beforeAll(async () => {
    warehouse = await Warehouse.open(kind, 1);
  });

  afterAll(() => warehouse.close());

  /** The test's own clock is that of the database's machine, or near to it. */
  const expectNow = (time: Date) => expect(Math.abs(time.getTime() - Date.now())).toBeLessThan(60_000);

  it.each(['+09:00', '-11:00', '+00:00'])(
    'is read in UTC where the time zone of the session is %s',
    async (zone) => {
      const now = await warehouse.get(Database).write(async (manager) => {
        if (kind === 'mysql') await manager.query('SET time_zone = ?', [zone]);
        return warehouse.get(Clock).now(manager);
      });
      expectNow(now);
    },
  );

  it('does not follow the clock of the process', async () => {
    const read = () => warehouse.get(Database).read((manager) => warehouse.get(Clock).now(manager));
    expectNow(await withWrongClock(7_200_000, read));
    expectNow(await withWrongClock(-7_200_000, read));
  });

  it('goes on within a transaction, to the millisecond', async () => {
    const times = await warehouse.get(Database).write(async (manager) => {
      const found = new Set<number>();
      const isWhole = () => [...found].every((time) => time % 10 === 0);
      while (found.size < 3 || isWhole()) found.add((await warehouse.get(Clock).now(manager)).getTime());
      return [...found];
    });
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  });
});

describe.each(TEST_DATABASES)('a clock that a test sets, on %s', (kind) => {
  let warehouse: Warehouse;
  let clock: SettableClock;

  beforeAll(async () => {
    clock = new SettableClock();
    warehouse = await Warehouse.open(kind, 10, clock);
  });

  afterAll(() => warehouse.close());

  it('ends a lease to the millisecond', async () => {
    const { id } = await warehouse.openRestockOrder('LEASE', 10);
    const mail = { id: uuidv7(), kind: 'STOCK_RAN_OUT', recipient: 'ads@donut-states.example', subject: '' };
    const outcomes = async () => [
      (await warehouse.get(RestockAttemptService).claim(id, LEASE_MS)).kind,
      (await warehouse.get(NotificationService).claim(mail, LEASE_MS)).kind,
      (await warehouse.get(OutboxService).claim(10, LEASE_MS, 'restock')).length,
    ];
    expect(await outcomes()).toEqual(['CLAIMED', 'CLAIMED', 1]);
    clock.advance(LEASE_MS);
    expect(await outcomes()).toEqual(['BUSY', 'BUSY', 0]);
    clock.advance(1);
    expect(await outcomes()).toEqual(['CLAIMED', 'CLAIMED', 1]);
  });

  it('sets the deadline of an order at the factory', async () => {
    const { id } = await warehouse.openRestockOrder('OVERDUE', 10);
    const progress = warehouse.get(RestockProgressService);
    const attempts = warehouse.get(RestockAttemptService);
    await attempts.recordOrdered(id);
    clock.advance(OVERDUE_AFTER_MS);
    expect(await progress.markOverdue()).toBe(0);
    clock.advance(1);
    expect(await progress.markOverdue()).toBe(1);
    expect(await warehouse.restockOrder(id)).toMatchObject({ status: 'OVERDUE' });
  });

  it('sets the deadline for sending an order to the factory, also of orders that sales opened', async () => {
    const restock = warehouse.get(RestockService);
    clock.advance(ASKING_TIME_MS + 1);
    await restock.resendLostRequests();
    await warehouse.stockProduct('ASKING', 0);
    await warehouse.get(SaleService).place({ lines: [{ sku: 'ASKING', quantity: 1 }] });
    clock.advance(ASKING_TIME_MS);
    expect(await restock.resendLostRequests()).toBe(0);
    clock.advance(1);
    // This one, and the order of the lease.
    expect(await restock.resendLostRequests()).toBe(2);
    expect(await restock.resendLostRequests()).toBe(0);
  });

  it('is read by a sale only for the restock order that it opens', async () => {
    // The rules of products are read once a second, for all sales together.
    const reading = jest.spyOn(warehouse.get(SellingRulesCache), 'refresh').mockResolvedValue();
    const asking = jest.spyOn(clock, 'now');
    const sell = async (quantity: number) => {
      asking.mockClear();
      await warehouse.get(SaleService).place({ lines: [{ sku: 'SOLD', quantity }] });
      return asking.mock.calls.length;
    };
    await warehouse.stockProduct('SOLD', 10, { reorderPoint: 5 });
    // Bought twice, down to the reorder point, refused while the order is open, and bought once more.
    const asked: number[] = [];
    for (const quantity of [1, 1, 4, 9, 1]) asked.push(await sell(quantity));
    expect(asked).toEqual([0, 0, 1, 0, 0]);
    asking.mockRestore();
    reading.mockRestore();
  });

  it('decides when reconcile reports a row that waits too long', async () => {
    await warehouse.get(RestockService).resendLostRequests();
    await warehouse.dataSource.manager.clear(OutboxMessage);
    const { id } = await warehouse.openRestockOrder('WAITS', 10);
    await warehouse.get(RestockAttemptService).recordOrdered(id);
    clock.advance(120_000);
    expect(await warehouse.differences()).toEqual([]);
    clock.advance(1);
    expect(await warehouse.differences()).toMatchObject([{ actual: 'waiting' }]);
    clock.advance(OVERDUE_AFTER_MS);
    expect(await warehouse.differences()).toMatchObject([
      { actual: 'waiting' },
      { actual: 'ORDERED', subject: id },
    ]);
  });
});
