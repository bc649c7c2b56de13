import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SaleService } from '../sale/sale.service.js';
import { SettableClock } from '../testing/settable-clock.js';
import { TEST_DATABASES } from '../testing/test-database.js';
import { Warehouse } from '../testing/warehouse.js';
import { WaitlistUpkeepService } from './waitlist-upkeep.service.js';

const HOUR_MS = 3_600_000;

describe.each(TEST_DATABASES)('the upkeep of the waitlist on %s', (kind) => {
  const clock = new SettableClock();
  let warehouse: Warehouse;
  let sales: SaleService;
  let upkeep: WaitlistUpkeepService;

  beforeAll(async () => {
    warehouse = await Warehouse.open(kind, 10, clock);
    sales = warehouse.get(SaleService);
    upkeep = warehouse.get(WaitlistUpkeepService);
  });

  afterAll(() => warehouse.close());

  const wait = async (lines: Record<string, number>, hours: number | null, customerEmail?: string) => {
    const outcome = await sales.place({
      lines: Object.entries(lines).map(([sku, quantity]) => ({ sku, quantity })),
      backorder: {
        waitUntil: hours === null ? null : new Date(clock.localNow().getTime() + hours * HOUR_MS),
      },
      customerEmail,
    });
    if (outcome.kind !== 'WAITING') throw new Error(outcome.kind);
    return outcome.sale;
  };
  const statusOf = async ({ id }: { id: string }) => (await sales.get(id)).status;

  it('ends a wait that is over, tells the buyer, and gives what was kept to those behind', async () => {
    await warehouse.stockProduct('EXPIRES', 1);
    const first = await wait({ EXPIRES: 2 }, 1, 'buyer@example.com');
    const second = await wait({ EXPIRES: 1 }, 2);
    const third = await wait({ EXPIRES: 1 }, null);
    expect(await upkeep.run()).toMatchObject({ expired: 0, waiting: { lines: 3, units: 3 } });
    clock.advance(HOUR_MS);
    expect(await upkeep.run()).toMatchObject({ expired: 1, waiting: { lines: 1, units: 1 } });
    expect([await statusOf(first), await statusOf(second), await statusOf(third)]).toEqual([
      'EXPIRED',
      'CONFIRMED',
      'WAITING',
    ]);
    const mails = (await warehouse.outbox('notifications')).filter(({ to }) => to === 'buyer@example.com');
    expect(mails).toMatchObject([{ kind: 'BACKORDER_EXPIRED', facts: { saleId: first.id } }]);
    clock.advance(30 * 24 * HOUR_MS);
    expect(await upkeep.run()).toMatchObject({ expired: 1, waiting: { lines: 0, units: 0 } });
    expect(await statusOf(third)).toBe('EXPIRED');
  });

  it('refuses a sale whose wait is over before it begins', async () => {
    await warehouse.stockProduct('OVER', 0);
    const outcome = await sales.place({
      lines: [{ sku: 'OVER', quantity: 1 }],
      backorder: { waitUntil: new Date(0) },
    });
    expect(outcome).toMatchObject({ kind: 'REFUSED' });
  });

  it('gives out units that a version without a waitlist left to whoever comes', async () => {
    await warehouse.stockProduct('LEFT', 0);
    const sale = await wait({ LEFT: 2 }, null);
    await warehouse.dataSource.query("UPDATE stock_level SET on_hand = 3 WHERE sku = 'LEFT'");
    expect(await upkeep.run()).toMatchObject({ served: 1 });
    expect(await statusOf(sale)).toBe('CONFIRMED');
    expect(await warehouse.level('LEFT')).toMatchObject({ onHand: 1, reserved: 0, waiting: 0 });
    expect(await upkeep.run()).toMatchObject({ served: 0, filled: 0 });
  });

  /** As between two processes: one chose its locks, then the sale joined, and then its last goods came. */
  const completeAndUnfilled = async (one: string, two: string, hours: number | null) => {
    await warehouse.stockProduct(one, 0);
    await warehouse.stockProduct(two, 0);
    const sale = await wait({ [one]: 1, [two]: 1 }, hours);
    const { dataSource } = warehouse;
    await dataSource.query(`UPDATE waiting_line SET reserved = 1 WHERE sale_id = '${sale.id}'`);
    await dataSource.query(
      `UPDATE stock_level SET on_hand = 1, reserved = 1, waiting = 0, waiting_lines = 0 WHERE sku IN ('${one}', '${two}')`,
    );
    return sale;
  };

  it('fills a sale of two products that had all of its units, and nobody to fill it', async () => {
    const sale = await completeAndUnfilled('ONE', 'TWO', null);
    expect(await upkeep.run()).toMatchObject({ served: 0, filled: 1 });
    expect(await statusOf(sale)).toBe('CONFIRMED');
  });

  it('fills it also when its wait is over by then', async () => {
    const sale = await completeAndUnfilled('THREE', 'FOUR', 1);
    clock.advance(HOUR_MS);
    expect(await upkeep.run()).toMatchObject({ expired: 0, served: 0, filled: 1 });
    expect(await statusOf(sale)).toBe('CONFIRMED');
  });
});
