import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SaveProduct } from '../products/product-schema.js';
import { SalesUnderTest } from '../testing/sales-under-test.js';
import { PlaceSale } from './sale-schema.js';

describe('the total of a sale', () => {
  let sales: SalesUnderTest;

  beforeAll(async () => {
    sales = await SalesUnderTest.start();
  });

  afterAll(() => sales.stop());

  it('is exact for the largest sale that the schemas allow', async () => {
    const { lines: linesSchema } = PlaceSale.properties;
    const maxItems = boundOf(linesSchema, 'maxItems');
    const quantity = boundOf(linesSchema.items.properties.quantity, 'maximum');
    const priceKrw = boundOf(SaveProduct.properties.priceKrw, 'maximum');
    const totalKrw = maxItems * quantity * priceKrw;
    expect(totalKrw).toBeLessThan(Number.MAX_SAFE_INTEGER);
    const lines = Array.from({ length: maxItems }, (_, index) => ({ sku: `DEAR-${index}`, quantity }));
    for (const { sku } of lines) await sales.warehouse.stockProduct(sku, 2 * quantity, { priceKrw });
    const { body, headers, statusCode } = await sales.application.inject({
      method: 'POST',
      url: '/sales',
      payload: { lines },
    });
    expect(statusCode).toBe(201);
    expect(body).toContain(`"totalKrw":${totalKrw}`);
    const stored = await sales.application.inject({ url: String(headers.location) });
    expect(body).toBe(`${stored.body.slice(0, -1)},"token":"${JSON.parse(body).token}"}`);
  });

  it('adds up lines of the same SKU, so that several lines cannot exceed the maximum of one sale', async () => {
    await sales.warehouse.stockProduct('SPLIT', 10, { maxPerSale: 1_000_000 });
    const lines = Array.from({ length: 50 }, () => ({ sku: 'SPLIT', quantity: 1_000_000 }));
    const answer = await sales.application.inject({ method: 'POST', url: '/sales', payload: { lines } });
    expect([answer.statusCode, answer.json().code]).toEqual([422, 'SALE.QUANTITY_EXCEEDED']);
  });
});

/** TypeBox's types leave the bounds out. */
function boundOf(schema: object, name: 'maxItems' | 'maximum'): number {
  return (schema as Record<string, number>)[name]!;
}
