import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type Product, PRODUCT_STATUSES } from '../product/product.entity.js';
import { ReceivingService } from '../receiving/receiving.service.js';
import { SaleService } from '../sale/sale.service.js';
import { StockLevel } from '../stock/stock-level.entity.js';
import { MAX_UNITS } from '../stock/stock-limits.js';
import { TEST_DATABASES } from '../testing/test-database.js';
import { Warehouse } from '../testing/warehouse.js';
import { RestockOrder } from './restock-order.entity.js';
import {
  isOrderDue,
  MAX_ORDER_UNITS,
  maxRefusedUnits,
  optimisticUnits,
  OPTIMISTIC_UNITS_SQL,
  restockQuantity,
} from './restock-rules.js';
import { RestockService } from './restock.service.js';

type Rules = Pick<Product, 'reorderPoint' | 'targetLevel' | 'lotSize'> & Partial<Product>;

/** Every combination of one value of each member. */
function combinations<T extends Record<string, readonly number[]>>(values: T): Record<keyof T, number>[] {
  return Object.entries(values).reduce<Record<string, number>[]>(
    (found, [name, choices]) =>
      found.flatMap((partial) => choices.map((value) => ({ ...partial, [name]: value }))),
    [{}],
  ) as Record<keyof T, number>[];
}

const levelOf = (onHand: number, rest: Partial<StockLevel> = {}): StockLevel =>
  Object.assign(new StockLevel(), { onHand, reserved: 0, waiting: 0, onOrder: 0, refusedDemand: 0, ...rest });

describe.each(TEST_DATABASES)('the units that may be sold without reading the row on %s', (kind) => {
  let warehouse: Warehouse;

  const levels = combinations({
    onHand: [0, 1, 2, 9, 10, 11, 12, 500],
    reserved: [0, 1, 5],
    onOrder: [0, 1, 100],
    reorderPoint: [0, 1, 10],
  })
    .filter(({ onHand, reserved }) => reserved <= onHand)
    .flatMap((level) => PRODUCT_STATUSES.map((status) => ({ ...level, status })));

  beforeAll(async () => {
    warehouse = await Warehouse.open(kind);
  });
  afterAll(() => warehouse.close());

  it('are the same in SQL and in TypeScript', async () => {
    const rows = levels.map(
      ({ onHand, reserved, onOrder, reorderPoint, status }) =>
        `SELECT ${onHand} AS on_hand, ${reserved} AS reserved, ${onOrder} AS on_order, ${reorderPoint} AS reorder_point,
          '${status}' AS status`,
    );
    const found: { units: number | string }[] = [];
    for (const row of rows) {
      const [result] = await warehouse.dataSource.query(
        `SELECT ${OPTIMISTIC_UNITS_SQL} AS units FROM (${row}) level, (${row}) product`,
      );
      found.push(result as { units: number });
    }
    expect(found.map(({ units }) => Number(units))).toEqual(
      levels.map(({ reorderPoint, status, ...level }) =>
        optimisticUnits({ reorderPoint, status }, levelOf(level.onHand, level)),
      ),
    );
  });

  it('are none of a product that is discontinued', () => {
    expect(optimisticUnits({ reorderPoint: 0, status: 'DISCONTINUED' }, levelOf(500))).toBe(0);
  });

  it('open no restock order and leave a unit; one more does not', () => {
    for (const { reorderPoint, status, ...units } of levels.filter(
      (each) => each.status !== 'DISCONTINUED',
    )) {
      const level = levelOf(units.onHand, units);
      const sold = optimisticUnits({ reorderPoint, status }, level);
      /** Whether the row must be read when so many units are sold. */
      const mustRead = (quantity: number) => {
        const available = level.available - quantity;
        return available < 1 || (level.onOrder === 0 && isOrderDue({ reorderPoint, status }, { available }));
      };
      expect([mustRead(sold), mustRead(sold + 1)]).toEqual([false, true]);
    }
  });
});

describe('the quantity of a restock order', () => {
  const rules = { reorderPoint: 0, targetLevel: 100, lotSize: 10 };

  it.each<[string, Partial<Rules>, Partial<StockLevel>, number]>([
    ['fills an empty shelf up to the target', {}, {}, 100],
    ['leaves out what is on hand', {}, { onHand: 40 }, 60],
    ['rounds up to whole lots', {}, { onHand: 41 }, 60],
    ['rounds one missing unit up to one lot', {}, { onHand: 99 }, 10],
    ['is one lot at least, even when nothing is missing', {}, { onHand: 100 }, 10],
    ['is one lot at least, even above the target', {}, { onHand: 500 }, 10],
    ['counts reserved units as gone', {}, { onHand: 40, reserved: 30 }, 90],
    ['leaves out what is on order', {}, { onOrder: 70 }, 30],
    ['adds what buyers were refused', {}, { refusedDemand: 250 }, 350],
    ['adds the refused demand to what is missing, in whole lots', {}, { onHand: 95, refusedDemand: 1 }, 10],
    ['covers a surge of 10,000 refused buyers by one order', {}, { refusedDemand: 10_000 }, 10_100],
    ['adds the units that sales wait for', {}, { onHand: 40, reserved: 40, waiting: 25 }, 130],
    ['adds no more of it than the cap of the product', { maxRefusedDemand: 30 }, { refusedDemand: 250 }, 130],
    ['adds none of it for a cap of none', { maxRefusedDemand: 0 }, { refusedDemand: 250 }, 100],
    ['takes single units where the factory makes them', { lotSize: 1 }, { onHand: 97 }, 3],
    ['makes one lot when the lot exceeds the target', { lotSize: 1_000 }, {}, 1_000],
    ['makes one lot when nothing is to be kept', { targetLevel: 0 }, {}, 10],
    [
      'passes a reorder point above the target',
      { reorderPoint: 1_000, targetLevel: 1, lotSize: 1 },
      {},
      1_001,
    ],
    ['passes a reorder point that is the target', { reorderPoint: 10, targetLevel: 10 }, {}, 20],
    [
      'stops at what a callback can name, in whole lots',
      { lotSize: 400_000_000, targetLevel: MAX_UNITS },
      {},
      800_000_000,
    ],
    [
      'stops at what the stock can hold',
      { lotSize: 1, targetLevel: MAX_UNITS },
      { onHand: MAX_UNITS - 5 },
      5,
    ],
  ])('%s', (_, product, level, quantity) => {
    expect(restockQuantity({ ...rules, ...product }, levelOf(0, level))).toBe(quantity);
  });

  it('always lifts the position above the reorder point, and stays within the limits of columns and callbacks', () => {
    const cases = combinations({
      reorderPoint: [0, 1, 9, 10, 11, 1_000, 999_999, 1_000_000],
      targetLevel: [0, 1, 9, 10, 11, 1_000, 1_000_000],
      lotSize: [1, 3, 10, 1_000, 100_000],
      below: [0, 1, 7, 1_000_000],
      reserved: [0, 1, 1_000],
      refusedDemand: [0, 1, 13, 10_000_000],
    });
    const wrong = cases.filter(({ reorderPoint, targetLevel, lotSize, below, reserved, refusedDemand }) => {
      const level = levelOf(Math.max(0, reorderPoint + reserved - below), { reserved, refusedDemand });
      const quantity = restockQuantity({ reorderPoint, targetLevel, lotSize }, level);
      const isWholeLots = Number.isInteger(quantity / lotSize) && quantity >= lotSize;
      return !isWholeLots || quantity > MAX_ORDER_UNITS || level.available + quantity <= reorderPoint;
    });
    expect(wrong.slice(0, 3)).toEqual([]);
  });

  it('counts no more refused demand than its column holds', () => {
    expect(maxRefusedUnits({ targetLevel: 10 })).toBe(100);
    expect(maxRefusedUnits({ targetLevel: MAX_UNITS })).toBe(MAX_UNITS);
  });

  it('counts refused demand by the cap of the product where it has one', () => {
    expect(maxRefusedUnits({ targetLevel: 10, maxRefusedDemand: 7 })).toBe(7);
    expect(maxRefusedUnits({ targetLevel: 10, maxRefusedDemand: 0 })).toBe(0);
    expect(maxRefusedUnits({ targetLevel: 10, maxRefusedDemand: null })).toBe(100);
  });
});

/** As an older version may have stored them: nothing looks at them on their way into the tables. */
describe.each(TEST_DATABASES)('rules of any kind on %s', (kind) => {
  let warehouse: Warehouse;

  beforeAll(async () => {
    warehouse = await Warehouse.open(kind);
  });

  afterEach(async () => expect(await warehouse.differences()).toEqual([]));
  afterAll(() => warehouse.close());

  const ordersOf = (sku: string) =>
    warehouse.dataSource.manager.find(RestockOrder, { where: { sku }, order: { id: 'ASC' } });

  const receive = ({ id, sku, factoryId, quantity }: RestockOrder) =>
    warehouse
      .get(ReceivingService)
      .receive({ restockOrderId: id, sku, factoryId, quantity, deliveryFingerprint: id });

  const cases = combinations({
    reorderPoint: [0, 1, 10, 1_000],
    targetLevel: [1, 10, 1_000],
    lotSize: [1, 7, 100_000],
    reserved: [0, 3],
    refusedDemand: [0, 25],
  });

  it(
    'order once, and not again after the goods came, until something is sold ' +
      '(the bug: reorder point 1000, target 1 and lots of 1 ordered for ever)',
    async () => {
      const { manager } = warehouse.dataSource;
      const restock = warehouse.get(RestockService);
      const wrong: unknown[] = [];
      for (const [index, { reserved, refusedDemand, ...rules }] of cases.entries()) {
        const sku = `RULES-${index}`;
        // Some start with an empty shelf, others at the reorder point.
        await warehouse.stockProduct(sku, index % 2 === 0 ? 0 : rules.reorderPoint, rules);
        await manager.update(StockLevel, { sku }, { refusedDemand });
        await warehouse.reserve(sku, reserved);
        await restock.review(sku);
        const [order] = await ordersOf(sku);
        await receive(order!);
        await restock.review(sku);
        const orders = await ordersOf(sku);
        const { available } = await warehouse.level(sku);
        if (orders.length !== 1 || available <= rules.reorderPoint) {
          wrong.push({ ...rules, reserved, refusedDemand, available, orders: orders.length });
        }
      }
      expect(wrong.slice(0, 3)).toEqual([]);
    },
    60_000,
  );

  it('order nothing for a quantity that no order can fill (the bug: each such request ordered another lot)', async () => {
    await warehouse.stockProduct('HUGE', 0, { targetLevel: 10, lotSize: 10 });
    const sales = warehouse.get(SaleService);
    const buy = (quantity: number) => sales.place({ lines: [{ sku: 'HUGE', quantity }] });
    // Up to the target of 10, and for 100 refused units.
    expect(await buy(110)).toMatchObject({ kind: 'REFUSED' });
    await receive((await ordersOf('HUGE'))[0]!);
    expect(await warehouse.level('HUGE')).toMatchObject({ onHand: 110 });
    await expect(buy(111)).rejects.toMatchObject({
      code: 'SALE.QUANTITY_EXCEEDED',
      facts: { sku: 'HUGE', requestedQuantity: 111, maxPerSale: 110 },
    });
    expect(await ordersOf('HUGE')).toHaveLength(1);
    expect(await warehouse.level('HUGE')).toMatchObject({ refusedDemand: 0 });
    expect(await buy(110)).toMatchObject({ kind: 'CONFIRMED' });
  });

  it('sell all that is there to one buyer, though no order would fill as much', async () => {
    await warehouse.stockProduct('PLENTY', 500, { targetLevel: 10, lotSize: 10 });
    const sale = { lines: [{ sku: 'PLENTY', quantity: 500 }] };
    expect(await warehouse.get(SaleService).place(sale)).toMatchObject({ kind: 'CONFIRMED' });
  });
});
