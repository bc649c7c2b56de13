import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { AdjustmentService } from '../adjustment/adjustment.service.js';
import { ReceivingService } from '../receiving/receiving.service.js';
import { SaleService } from '../sale/sale.service.js';
import { TEST_DATABASES } from '../testing/test-database.js';
import { Warehouse } from '../testing/warehouse.js';
import { LedgerService } from './ledger.service.js';

describe.each(TEST_DATABASES)('the ledger of a SKU on %s', (kind) => {
  let warehouse: Warehouse;
  let ledgers: LedgerService;

  beforeAll(async () => {
    warehouse = await Warehouse.open(kind);
    ledgers = warehouse.get(LedgerService);
  });

  afterEach(async () => expect(await warehouse.differences()).toEqual([]));
  afterAll(() => warehouse.close());

  const buy = (process: Warehouse, quantity: number, skus: string[], idempotencyKey?: string) =>
    process.get(SaleService).place({ lines: skus.map((sku) => ({ sku, quantity })), idempotencyKey });

  it('adds up the movements of each reason and the sales, beside the units on hand', async () => {
    const order = await warehouse.openRestockOrder('TRADED', 30);
    for (const quantity of [20, 10]) {
      await warehouse.get(ReceivingService).receive({
        restockOrderId: order.id,
        sku: order.sku,
        factoryId: order.factoryId,
        quantity,
        deliveryFingerprint: `${quantity} units`,
      });
    }
    await warehouse.get(AdjustmentService).adjust('TRADED', 7, 'found');
    await warehouse.get(AdjustmentService).adjust('TRADED', -2, 'broken');
    for (const quantity of [1, 2, 3]) await buy(warehouse, quantity, ['TRADED']);
    const { level, totals, sold } = await ledgers.of('TRADED');
    expect(level).toMatchObject({ sku: 'TRADED', onHand: 29, onOrder: 0 });
    expect(totals).toEqual([
      { reason: 'ADJUSTMENT', movements: 2, units: 5 },
      { reason: 'GOODS_RECEIPT', movements: 2, units: 30 },
      { reason: 'SALE', movements: expect.any(Number), units: -6 },
    ]);
    expect(sold).toEqual({ sales: 3, units: 6 });
  });

  it('counts a repeated sale once, a refused one not at all, and of one with other SKUs its own units', async () => {
    await warehouse.stockProduct('ONCE', 5);
    await warehouse.stockProduct('OTHER', 50);
    for (let time = 1; time <= 3; time += 1) await buy(warehouse, 2, ['ONCE', 'OTHER'], 'ledger-once');
    await buy(warehouse, 4, ['OTHER', 'ONCE']);
    await buy(warehouse, 7, ['OTHER']);
    expect((await ledgers.of('ONCE')).sold).toEqual({ sales: 1, units: 2 });
    expect((await ledgers.of('OTHER')).sold).toEqual({ sales: 2, units: 9 });
  });

  it('is empty for a product that nothing has happened to', async () => {
    await warehouse.stockProduct('NEW', 0);
    expect(await ledgers.of('NEW')).toMatchObject({
      level: { onHand: 0 },
      totals: [],
      sold: { sales: 0, units: 0 },
    });
  });

  it('refuses an unknown SKU', async () => {
    await expect(ledgers.of('NO-SUCH')).rejects.toMatchObject({ code: 'SKU.UNKNOWN' });
  });

  it('reads all of it at one moment, while another process sells', async () => {
    await warehouse.stockProduct('BUSY', 1_000);
    const other = await warehouse.join();
    let selling = true;
    const sales = (async () => {
      for (let count = 0; count < 60; count += 1) await buy(other, 1, ['BUSY']);
    })().finally(() => (selling = false));
    let looks = 0;
    do {
      const { level, totals, sold } = await ledgers.of('BUSY');
      expect(totals.reduce((sum, { units }) => sum + units, 0)).toBe(level.onHand);
      expect(sold.units).toBe(1_000 - level.onHand);
      looks += 1;
      // The embedded database answers without leaving the thread: no sale would run meanwhile.
      await new Promise(setImmediate);
    } while (selling);
    await sales;
    expect(looks).toBeGreaterThan(3);
    await other.close();
  });
});
