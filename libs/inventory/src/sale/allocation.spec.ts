import { describe, expect, it } from '@jest/globals';
import { Product } from '../product/product.entity.js';
import { StockLevel } from '../stock/stock-level.entity.js';
import { allocate as allocateAt, type LockedSku } from './allocation.js';
import { CustomerPurchases } from './purchase-limit.js';
import { PendingSale } from './pending-sale.js';

function locked(sku: string, onHand: number, rules: Partial<Product> = {}): [string, LockedSku] {
  const product = Object.assign(new Product(), {
    sku,
    priceKrw: 1_000,
    reorderPoint: 0,
    targetLevel: 10,
    maxPerSale: 1_000,
    status: 'ACTIVE',
    maxRefusedDemand: null,
    salesFrom: null,
    salesUntil: null,
    maxPerCustomer: null,
    customerWindowSeconds: null,
    ...rules,
  });
  const level = Object.assign(new StockLevel(), {
    ...{ sku, onHand, reserved: 0, waiting: 0, waitingLines: 0, lastTicket: 0, onOrder: 0, refusedDemand: 0 },
  });
  return [sku, { product, level, soldUnits: 0, reservedUnits: 0, hasRefused: false, hasJoined: false }];
}

const NOON = new Date('2026-12-01T12:00:00Z');
const allocate = (asked: PendingSale, stock: ReadonlyMap<string, LockedSku>, at = NOON) =>
  allocateAt(asked, stock, at, new CustomerPurchases([], at));

const asking = (...lines: [sku: string, quantity: number][]) =>
  new PendingSale({ lines: lines.map(([sku, quantity]) => ({ sku, quantity })) }, undefined, false);

describe('allocation', () => {
  it('serves buyers in order, and a small quantity after a refused larger one', () => {
    const stock = new Map([locked('CP-1', 5)]);
    const kinds = [3, 3, 2, 1].map((quantity) => allocate(asking(['CP-1', quantity]), stock).kind);
    expect(kinds).toEqual(['SOLD', 'SHORT', 'SOLD', 'SHORT']);
    expect(stock.get('CP-1')).toMatchObject({
      soldUnits: 5,
      hasRefused: true,
      level: { onHand: 0, refusedDemand: 4 },
    });
  });

  it('takes nothing of any line when one is short, and names that one alone', () => {
    const stock = new Map([locked('CP-1', 5), locked('CP-2', 1)]);
    expect(allocate(asking(['CP-1', 2], ['CP-2', 2]), stock)).toEqual({
      kind: 'SHORT',
      shortages: [{ sku: 'CP-2', requestedQuantity: 2, availableQuantity: 1 }],
    });
    expect(stock.get('CP-1')).toMatchObject({
      soldUnits: 0,
      reservedUnits: 0,
      hasRefused: false,
      hasJoined: false,
      level: { onHand: 5 },
    });
  });

  it('does not sell reserved units', () => {
    const stock = new Map([locked('CP-1', 5)]);
    stock.get('CP-1')!.level.reserved = 3;
    expect(allocate(asking(['CP-1', 3]), stock)).toMatchObject({
      kind: 'SHORT',
      shortages: [{ availableQuantity: 2 }],
    });
  });

  it('counts refused demand up to ten targets', () => {
    const stock = new Map([locked('CP-1', 0)]);
    for (let buyer = 0; buyer < 3; buyer += 1) allocate(asking(['CP-1', 45]), stock);
    expect(stock.get('CP-1')!.level.refusedDemand).toBe(100);
  });

  it('counts refused demand up to the cap of the product, and none for a product that is not ordered again', () => {
    const stock = new Map([
      locked('CP-1', 0, { maxRefusedDemand: 30 }),
      locked('CP-2', 0, { status: 'NOT_REORDERED' }),
    ]);
    for (let buyer = 0; buyer < 3; buyer += 1) allocate(asking(['CP-1', 20], ['CP-2', 20]), stock);
    expect(stock.get('CP-1')!.level.refusedDemand).toBe(30);
    expect(stock.get('CP-2')!.level.refusedDemand).toBe(0);
  });

  it('sells what is left of a product that is not ordered again, and nothing of one that is discontinued', () => {
    const stock = new Map([
      locked('CP-1', 5, { status: 'NOT_REORDERED' }),
      locked('CP-2', 5, { status: 'DISCONTINUED' }),
    ]);
    expect(allocate(asking(['CP-1', 5]), stock)).toMatchObject({ kind: 'SOLD' });
    expect(allocate(asking(['CP-1', 1]), stock)).toMatchObject({ kind: 'SHORT' });
    expect(allocate(asking(['CP-2', 1]), stock)).toMatchObject({
      kind: 'REJECTED',
      error: { code: 'PRODUCT.DISCONTINUED', facts: { sku: 'CP-2' } },
    });
    expect(stock.get('CP-2')).toMatchObject({ soldUnits: 0, level: { onHand: 5 } });
  });

  it('sells from the opening on and until the closing, by the arrival of the request', () => {
    const opensAt = new Date(NOON.getTime() + 1_500);
    const closesAt = new Date(NOON.getTime() + 60_000);
    const stock = new Map([
      locked('CP-1', 5, { salesFrom: opensAt, salesUntil: closesAt }),
      locked('CP-2', 5),
    ]);
    const decide = (at: Date) => allocate(asking(['CP-1', 1], ['CP-2', 1]), stock, at);
    expect(decide(NOON)).toMatchObject({
      error: {
        code: 'SALE.NOT_OPEN',
        facts: { sku: 'CP-1', opensAt: '2026-12-01T12:00:01.500Z' },
        retryAfterSeconds: 2,
      },
    });
    expect(decide(new Date(opensAt.getTime() - 1))).toMatchObject({ error: { retryAfterSeconds: 1 } });
    expect(decide(opensAt)).toMatchObject({ kind: 'SOLD' });
    expect(decide(new Date(closesAt.getTime() - 1))).toMatchObject({ kind: 'SOLD' });
    expect(decide(closesAt)).toMatchObject({
      error: {
        code: 'SALE.NOT_OPEN',
        facts: { sku: 'CP-1', closedAt: '2026-12-01T12:01:00.000Z' },
        retryAfterSeconds: undefined,
      },
    });
    expect(stock.get('CP-2')).toMatchObject({ soldUnits: 2 });
  });

  it('rejects unknown SKUs and too much for one sale, and takes nothing', () => {
    const stock = new Map([locked('CP-1', 5, { maxPerSale: 2 })]);
    expect(allocate(asking(['CP-1', 1], ['NO-1', 1], ['NO-2', 1]), stock)).toMatchObject({
      kind: 'REJECTED',
      error: { code: 'SKU.UNKNOWN', facts: { skus: ['NO-1', 'NO-2'] } },
    });
    expect(allocate(asking(['CP-1', 3]), stock)).toMatchObject({
      kind: 'REJECTED',
      error: { code: 'SALE.QUANTITY_EXCEEDED', facts: { maxPerSale: 2 } },
    });
    expect(stock.get('CP-1')).toMatchObject({
      soldUnits: 0,
      reservedUnits: 0,
      hasRefused: false,
      hasJoined: false,
      level: { onHand: 5 },
    });
  });
});
