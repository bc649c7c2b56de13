import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { TEST_DATABASES } from '../testing/test-database.js';
import { Warehouse } from '../testing/warehouse.js';
import { type Product } from './product.entity.js';
import { ProductService } from './product.service.js';

describe.each(TEST_DATABASES)('products on %s', (kind) => {
  let warehouse: Warehouse;
  let products: ProductService;

  beforeAll(async () => {
    warehouse = await Warehouse.open(kind);
    products = warehouse.get(ProductService);
  });

  afterEach(async () => expect(await warehouse.differences()).toEqual([]));
  afterAll(() => warehouse.close());

  const donut = (sku: string, rest: Partial<Product> = {}): Product => ({
    sku,
    name: '도넛 🍩',
    priceKrw: 19_900,
    factoryId: 'FF-1',
    reorderPoint: 10,
    targetLevel: 50,
    lotSize: 10,
    maxPerSale: 50,
    adManagerEmail: 'ads@donut-states.example',
    status: 'ACTIVE',
    maxRefusedDemand: null,
    salesFrom: null,
    salesUntil: null,
    maxPerCustomer: null,
    customerWindowSeconds: null,
    ...rest,
  });

  it('are created with no stock, and found by their SKU', async () => {
    expect(await products.save(donut('NEW'))).toEqual({ created: true });
    const { product, level } = await products.get('NEW');
    expect(product).toEqual(donut('NEW'));
    expect(level).toMatchObject({ sku: 'NEW', onHand: 0, reserved: 0, onOrder: 0, refusedDemand: 0 });
  });

  it('are replaced without a touch to their stock', async () => {
    await warehouse.stockProduct('KEPT', 7);
    const changed = donut('KEPT', { name: 'another name', priceKrw: 1, reorderPoint: 0 });
    expect(await products.save(changed)).toEqual({ created: false });
    expect(await products.get('KEPT')).toMatchObject({ product: changed, level: { onHand: 7 } });
    expect(await products.save(changed)).toEqual({ created: false });
  });

  it('are created once when two save the same SKU at once', async () => {
    const saved = await Promise.all(
      [1, 2, 3, 4].map((priceKrw) => products.save(donut('RACE', { priceKrw }))),
    );
    expect(saved.filter(({ created }) => created)).toHaveLength(1);
    expect((await products.get('RACE')).level).toMatchObject({ onHand: 0 });
  });

  it('are refused when no such factory is known, created or not', async () => {
    const unknown = { code: 'FACTORY.UNKNOWN' };
    await expect(products.save(donut('NOWHERE', { factoryId: 'FF-9' }))).rejects.toMatchObject(unknown);
    await expect(products.get('NOWHERE')).rejects.toMatchObject({ code: 'SKU.UNKNOWN' });
    await products.save(donut('SOMEWHERE'));
    await expect(products.save(donut('SOMEWHERE', { factoryId: 'FF-9' }))).rejects.toMatchObject(unknown);
    expect((await products.get('SOMEWHERE')).product).toMatchObject({ factoryId: 'FF-1' });
  });

  it.each([
    ['lies above the target level', { reorderPoint: 1_000, targetLevel: 1, lotSize: 1 }],
    ['is the target level', { reorderPoint: 10, targetLevel: 10, lotSize: 10 }],
  ])('are refused, created or replaced, when the reorder point %s', async (_, rules) => {
    const sku = `CONTRADICT-${rules.reorderPoint}`;
    const refusal = {
      code: 'PRODUCT.RULES_CONTRADICT',
      facts: {
        sku,
        members: ['targetLevel', 'reorderPoint'],
        targetLevel: rules.targetLevel,
        reorderPoint: rules.reorderPoint,
      },
    };
    await expect(products.save(donut(sku, rules))).rejects.toMatchObject(refusal);
    await expect(products.get(sku)).rejects.toMatchObject({ code: 'SKU.UNKNOWN' });
    await products.save(donut(sku));
    await expect(products.save(donut(sku, rules))).rejects.toMatchObject(refusal);
    expect((await products.get(sku)).product).toEqual(donut(sku));
  });

  it.each([
    ['a target level just above the reorder point', { reorderPoint: 49, targetLevel: 50 }],
    ['lots above the target level', { lotSize: 100_000 }],
    ['sales above the target level', { maxPerSale: 1_000_000 }],
    ['gifts', { priceKrw: 0 }],
  ])('may have %s', async (_, rules) => {
    await expect(products.save(donut(`ALLOWED-${Object.keys(rules)[0]}`, rules))).resolves.toEqual({
      created: true,
    });
  });

  it('are unknown under another SKU, named in the refusal', async () => {
    await expect(products.get("' OR 1=1 --")).rejects.toMatchObject({
      code: 'SKU.UNKNOWN',
      facts: { skus: ["' OR 1=1 --"] },
    });
  });

  it('are listed page by page in SKU order, each with its own stock', async () => {
    for (const [sku, onHand] of [
      ['PAGE-0', 0],
      ['PAGE-3', 3],
      ['PAGE-1', 1],
      ['PAGE-5', 5],
      ['PAGE-2', 2],
      ['PAGE-4', 4],
    ] as const) {
      await warehouse.stockProduct(sku, onHand);
    }
    const first = await products.list({ cursor: 'PAGE-0', limit: 2 });
    const second = await products.list({ cursor: first.nextCursor!, limit: 3 });
    const listed = [...first.items, ...second.items];
    expect(listed.map(({ product, level }) => [product.sku, level.sku, level.onHand])).toEqual(
      [1, 2, 3, 4, 5].map((onHand) => [`PAGE-${onHand}`, `PAGE-${onHand}`, onHand]),
    );
  });

  it('end without a cursor when the last page is full, and behind the last SKU', async () => {
    await warehouse.stockProduct('ZZZ-0', 1);
    await warehouse.stockProduct('ZZZ-1', 1);
    await warehouse.stockProduct('ZZZ-2', 1);
    expect(await products.list({ cursor: 'ZZZ-0', limit: 2 })).toMatchObject({
      items: { length: 2 },
      nextCursor: null,
    });
    expect(await products.list({ cursor: 'ZZZ-2', limit: 2 })).toEqual({ items: [], nextCursor: null });
  });

  it('are not listed from a cursor that is no SKU of theirs', async () => {
    await expect(products.list({ cursor: 'zzz-0', limit: 2 })).rejects.toMatchObject({
      code: 'CURSOR.UNKNOWN',
    });
  });

  it('start at the first SKU without a cursor', async () => {
    await warehouse.stockProduct('0-FIRST', 1);
    const { items } = await products.list({ limit: 1 });
    expect(items).toMatchObject([{ product: { sku: '0-FIRST' } }]);
  });
});
