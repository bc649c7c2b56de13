import { AdjustmentService, SaleCancellationService, SaleService } from '#inventory';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TEST_DATABASES } from '../../libs/inventory/src/testing/test-database.js';
import { Warehouse } from '../../libs/inventory/src/testing/warehouse.js';
import { TableReader } from './table-reader.js';

const SKU = 'READ';

describe.each(TEST_DATABASES)('the tables that a history reads on %s', (kind) => {
  let warehouse: Warehouse;

  beforeAll(async () => {
    warehouse = await Warehouse.open(kind);
    await warehouse.stockProduct(SKU, 2, { targetLevel: 10, lotSize: 1 });
  });
  afterAll(() => warehouse.close());

  const buy = async (idempotencyKey: string, quantity: number) => {
    const lines = [{ sku: SKU, quantity }];
    const outcome = await warehouse
      .get(SaleService)
      .place({ lines, idempotencyKey, backorder: { waitUntil: null } });
    return 'sale' in outcome ? outcome.sale.id : '';
  };

  it('have sales that were sold at once, wait, were filled, or were cancelled, and what came back', async () => {
    const reader = await TableReader.open(warehouse.dataSource, [SKU]);
    const cancellation = warehouse.get(SaleCancellationService);
    const bought = await buy('bought', 2);
    const filled = await buy('filled', 3);
    const left = await buy('left', 1);
    const waits = await buy('waits', 4);
    await warehouse.get(AdjustmentService).adjust(SKU, 3, 'goods');
    await cancellation.leave(left);
    await cancellation.cancel(bought);

    const rows = [];
    for await (const row of reader.rows()) rows.push(row);
    const stored = (id: string, key: string) => ({
      ...{ type: 'stored-sale', id, key },
      createdAt: expect.any(String),
    });
    const price = expect.any(Number);
    expect(rows).toEqual([
      { ...stored(bought, 'bought'), lines: [[SKU, 2, price]], status: 'CANCELLED' },
      { ...stored(filled, 'filled'), lines: [[SKU, 3, price]], hasWaited: true },
      { ...stored(left, 'left'), lines: [[SKU, 1, price]], status: 'CANCELLED', hasWaited: true },
      { ...stored(waits, 'waits'), lines: [[SKU, 4, price]], status: 'WAITING', hasWaited: true },
      { type: 'stored-adjustment', reference: 'goods', sku: SKU, delta: 3 },
      { type: 'stored-return', reference: `return of ${bought}, ${SKU}`, sku: SKU, delta: 2 },
      { type: 'closing', sku: SKU, onHand: 2, reserved: 2 },
    ]);
  });
});
