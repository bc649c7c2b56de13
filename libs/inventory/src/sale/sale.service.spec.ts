import { afterEach, describe, expect, it } from '@jest/globals';
import { StockMovement } from '../stock/stock-movement.entity.js';
import { RestockService } from '../restock/restock.service.js';
import { RestockOrder } from '../restock/restock-order.entity.js';
import { TEST_DATABASES } from '../testing/test-database.js';
import { Warehouse } from '../testing/warehouse.js';
import { SaleLine } from './sale-line.entity.js';
import { type SaleRequest, type SaleOutcome } from './sale-request.js';
import { Sale } from './sale.entity.js';
import { SaleService } from './sale.service.js';

describe.each(TEST_DATABASES)('selling on %s', (kind) => {
  let warehouse: Warehouse;
  let sales: SaleService;

  async function open(poolSize?: number): Promise<void> {
    warehouse = await Warehouse.open(kind, poolSize);
    sales = warehouse.get(SaleService);
  }

  const buy = (sku: string, quantity: number, rest: Partial<SaleRequest> = {}) =>
    sales.place({ lines: [{ sku, quantity }], ...rest });

  const kinds = (outcomes: SaleOutcome[]) => {
    const count = (wanted: string) => outcomes.filter((outcome) => outcome.kind === wanted).length;
    return { confirmed: count('CONFIRMED'), refused: count('REFUSED') };
  };

  afterEach(() => warehouse.close());

  it('takes the units, writes the ledger and answers with prices', async () => {
    await open();
    await warehouse.stockProduct('CP-1', 10, { priceKrw: 19_900 });
    const outcome = await buy('CP-1', 2, { customerEmail: 'kim@example.com' });
    expect(outcome).toMatchObject({
      kind: 'CONFIRMED',
      replayed: false,
      sale: {
        status: 'CONFIRMED',
        lines: [{ sku: 'CP-1', quantity: 2, unitPriceKrw: 19_900 }],
        totalKrw: 39_800,
        customerEmail: 'kim@example.com',
      },
    });
    expect(await warehouse.level('CP-1')).toMatchObject({ onHand: 8 });
    const movements = await warehouse.dataSource.manager.find(StockMovement, { where: { reason: 'SALE' } });
    expect(movements).toMatchObject([{ sku: 'CP-1', delta: -2, balanceAfter: 8 }]);
    expect(await warehouse.differences()).toEqual([]);
  });

  it('sells the last unit once when two buyers race', async () => {
    await open();
    await warehouse.stockProduct('CP-1', 1);
    const outcomes = await Promise.all([buy('CP-1', 1), buy('CP-1', 1)]);
    expect(kinds(outcomes)).toEqual({ confirmed: 1, refused: 1 });
    expect(await warehouse.level('CP-1')).toMatchObject({ onHand: 0 });
    expect(await warehouse.differences()).toEqual([]);
  });

  it('sells 50 units to exactly 50 of 200 buyers at once and opens one restock order', async () => {
    await open();
    await warehouse.stockProduct('CP-1', 50);
    const outcomes = await Promise.all(Array.from({ length: 200 }, () => buy('CP-1', 1)));
    expect(kinds(outcomes)).toEqual({ confirmed: 50, refused: 150 });
    expect(await warehouse.dataSource.manager.count(RestockOrder)).toBe(1);
    expect(await warehouse.outbox('restock')).toHaveLength(1);
    expect(await warehouse.dataSource.manager.count(Sale)).toBe(50);
    expect(await warehouse.differences()).toEqual([]);
  });

  it('does all of this with a single connection', async () => {
    await open(1);
    await warehouse.stockProduct('CP-1', 5);
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => buy('CP-1', 1)));
    expect(kinds(outcomes)).toEqual({ confirmed: 5, refused: 15 });
  });

  it('adds up the lines of one SKU before it looks at the stock', async () => {
    await open();
    await warehouse.stockProduct('CP-1', 3);
    const twice = [
      { sku: 'CP-1', quantity: 2 },
      { sku: 'CP-1', quantity: 2 },
    ];
    expect(await sales.place({ lines: twice })).toMatchObject({
      kind: 'REFUSED',
      shortages: [{ sku: 'CP-1', requestedQuantity: 4, availableQuantity: 3 }],
    });
    await warehouse.stockProduct('CP-2', 4);
    const sold = await sales.place({ lines: twice.map((line) => ({ ...line, sku: 'CP-2' })) });
    expect(sold).toMatchObject({ kind: 'CONFIRMED', sale: { lines: [{ sku: 'CP-2', quantity: 4 }] } });
  });

  it('sells all lines or none', async () => {
    await open();
    await warehouse.stockProduct('CP-1', 10);
    await warehouse.stockProduct('CP-2', 1);
    const outcome = await sales.place({
      lines: [
        { sku: 'CP-1', quantity: 1 },
        { sku: 'CP-2', quantity: 2 },
      ],
    });
    expect(outcome).toMatchObject({ kind: 'REFUSED', shortages: [{ sku: 'CP-2' }] });
    expect(await warehouse.level('CP-1')).toMatchObject({ onHand: 10, refusedDemand: 0 });
    expect(await warehouse.level('CP-2')).toMatchObject({ onHand: 1 });
    expect(await warehouse.dataSource.manager.count(SaleLine)).toBe(0);
  });

  it('never deadlocks when buyers want the same SKUs in another order', async () => {
    await open();
    await warehouse.stockProduct('CP-1', 100);
    await warehouse.stockProduct('CP-2', 100);
    const skus = ['CP-1', 'CP-2'];
    const outcomes = await Promise.all(
      Array.from({ length: 40 }, (_, index) =>
        sales.place({
          lines: (index % 2 ? skus : skus.toReversed()).map((sku) => ({ sku, quantity: 1 })),
        }),
      ),
    );
    expect(kinds(outcomes)).toEqual({ confirmed: 40, refused: 0 });
    expect(await warehouse.level('CP-2')).toMatchObject({ onHand: 60 });
  });

  describe('under an idempotency key', () => {
    it('answers a repeated request with the same sale and takes no more units', async () => {
      await open();
      await warehouse.stockProduct('CP-1', 10);
      const first = await buy('CP-1', 2, { idempotencyKey: 'key' });
      const again = await buy('CP-1', 2, { idempotencyKey: 'key' });
      expect(again).toEqual({ ...first, replayed: true });
      expect(await warehouse.level('CP-1')).toMatchObject({ onHand: 8 });
    });

    it('makes one sale of many requests at once', async () => {
      await open();
      await warehouse.stockProduct('CP-1', 10);
      const outcomes = await Promise.all(
        Array.from({ length: 20 }, () => buy('CP-1', 1, { idempotencyKey: 'key' })),
      );
      const ids = new Set(outcomes.map((outcome) => outcome.kind === 'CONFIRMED' && outcome.sale.id));
      expect(ids.size).toBe(1);
      expect(outcomes.filter((outcome) => outcome.kind === 'CONFIRMED' && !outcome.replayed)).toHaveLength(1);
      expect(await warehouse.level('CP-1')).toMatchObject({ onHand: 9 });
    });

    it('takes the same request with its lines split or in another order for the same', async () => {
      await open();
      await warehouse.stockProduct('CP-1', 10);
      await warehouse.stockProduct('CP-2', 10);
      await sales.place({
        lines: [
          { sku: 'CP-1', quantity: 2 },
          { sku: 'CP-2', quantity: 1 },
        ],
        idempotencyKey: 'key',
      });
      const again = await sales.place({
        lines: [
          { sku: 'CP-2', quantity: 1 },
          { sku: 'CP-1', quantity: 1 },
          { sku: 'CP-1', quantity: 1 },
        ],
        idempotencyKey: 'key',
      });
      expect(again).toMatchObject({ kind: 'CONFIRMED', replayed: true });
    });

    it('refuses another request under a used key', async () => {
      await open();
      await warehouse.stockProduct('CP-1', 10);
      await warehouse.stockProduct('CP-2', 10);
      await buy('CP-1', 2, { idempotencyKey: 'key' });
      await expect(buy('CP-1', 3, { idempotencyKey: 'key' })).rejects.toMatchObject({
        code: 'SALE.KEY_REUSED',
      });
      await expect(buy('CP-2', 2, { idempotencyKey: 'key' })).rejects.toMatchObject({
        code: 'SALE.KEY_REUSED',
      });
    });

    it('lets one of two different requests that race for a key win', async () => {
      await open();
      await warehouse.stockProduct('CP-1', 10);
      await warehouse.stockProduct('CP-2', 10);
      const settled = await Promise.allSettled([
        buy('CP-1', 1, { idempotencyKey: 'key' }),
        buy('CP-2', 1, { idempotencyKey: 'key' }),
      ]);
      expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      const [loser] = settled.filter(({ status }) => status === 'rejected');
      expect(loser).toMatchObject({ reason: { code: 'SALE.KEY_REUSED' } });
      expect(await warehouse.differences()).toEqual([]);
    });

    it('forgets a refusal, so that the buyer succeeds with the same key once stock is back', async () => {
      await open();
      await warehouse.stockProduct('CP-1', 0);
      expect(await buy('CP-1', 1, { idempotencyKey: 'key' })).toMatchObject({ kind: 'REFUSED' });
      await warehouse.dataSource.query(`UPDATE stock_level SET on_hand = 5`);
      expect(await buy('CP-1', 1, { idempotencyKey: 'key' })).toMatchObject({
        kind: 'CONFIRMED',
        replayed: false,
      });
    });
  });

  describe('refilling', () => {
    it('opens a restock order when stock reaches the reorder point, up to the target in whole lots', async () => {
      await open();
      await warehouse.stockProduct('CP-1', 22, { reorderPoint: 20, targetLevel: 95, lotSize: 10 });
      await buy('CP-1', 1);
      expect(await warehouse.dataSource.manager.count(RestockOrder)).toBe(0);
      await buy('CP-1', 1);
      // 95 wanted, 20 there: 75 missing, 8 lots.
      const { items } = await warehouse.get(RestockService).list({ limit: 10 });
      expect(items).toMatchObject([{ sku: 'CP-1', quantity: 80, status: 'REQUESTED' }]);
      expect(await warehouse.level('CP-1')).toMatchObject({ onOrder: 80 });
      expect(await warehouse.outbox('restock')).toEqual([{ restockOrderId: items[0]!.id }]);
    });

    it('shows a refused buyer the open order and its expected time', async () => {
      await open();
      await warehouse.stockProduct('CP-1', 0, { targetLevel: 10 });
      const outcome = await buy('CP-1', 3);
      expect(outcome).toMatchObject({
        kind: 'REFUSED',
        // 10 to the target and 3 refused: 2 lots.
        shortages: [{ restockOrder: { status: 'REQUESTED', quantity: 20, estimatedAt: expect.any(Date) } }],
      });
    });

    it('keeps the demand that it refuses while an order is open for the next order', async () => {
      await open();
      await warehouse.stockProduct('CP-1', 0);
      for (let buyer = 0; buyer < 4; buyer += 1) await buy('CP-1', 5);
      expect(await warehouse.dataSource.manager.count(RestockOrder)).toBe(1);
      // The first refusal is in the order that it opened.
      expect(await warehouse.level('CP-1')).toMatchObject({ refusedDemand: 15 });
    });

    it('limits refused demand to ten times the target level', async () => {
      await open();
      await warehouse.stockProduct('CP-1', 0, { targetLevel: 10 });
      for (let buyer = 0; buyer < 3; buyer += 1) await buy('CP-1', 90);
      expect(await warehouse.level('CP-1')).toMatchObject({ refusedDemand: 100 });
    });

    it('asks for one mail each to the factory and to the ad manager when the last unit goes', async () => {
      await open();
      await warehouse.stockProduct('CP-1', 2);
      await buy('CP-1', 1);
      expect(await warehouse.outbox('notifications')).toEqual([]);
      await buy('CP-1', 1);
      await buy('CP-1', 1);
      expect(await warehouse.outbox('notifications')).toMatchObject([
        { kind: 'STOCK_RAN_OUT', audience: 'FACTORY_MANAGER', to: 'factory@donut-states.example' },
        { kind: 'STOCK_RAN_OUT', audience: 'AD_MANAGER', to: 'ads@donut-states.example' },
      ]);
    });
  });

  it('refuses an unknown SKU and more than one sale may take, and changes nothing', async () => {
    await open();
    await warehouse.stockProduct('CP-1', 10, { maxPerSale: 5 });
    await expect(buy('NO-SUCH', 1)).rejects.toMatchObject({
      code: 'SKU.UNKNOWN',
      facts: { skus: ['NO-SUCH'] },
    });
    await expect(buy('CP-1', 6)).rejects.toMatchObject({ code: 'SALE.QUANTITY_EXCEEDED' });
    expect(await warehouse.level('CP-1')).toMatchObject({ onHand: 10, refusedDemand: 0 });
  });

  it('finds a sale by its id', async () => {
    await open();
    await warehouse.stockProduct('CP-1', 10);
    const outcome = await buy('CP-1', 2);
    if (outcome.kind !== 'CONFIRMED') throw new Error('refused');
    expect(await sales.get(outcome.sale.id)).toEqual(outcome.sale);
    await expect(sales.get('00000000-0000-7000-8000-000000000000')).rejects.toMatchObject({
      code: 'SALE.UNKNOWN',
    });
  });
});
