import { type EntityManager } from 'typeorm';
import { StockLevel } from '../../stock/stock-level.entity.js';
import { MAX_UNITS } from '../../stock/stock-limits.js';
import { booksOf } from '../sku-books.js';
import { type OrderBooks, orderCorrections, ordersOf } from './order-repair.js';
import { type RepairMovement, type SkuRepair } from './repair-plan.js';
import { type StockFacts, stockMovements } from './stock-repair.js';

/** All that the repair of one SKU is decided by. */
export interface SkuFacts {
  level: StockLevel;
  books: StockFacts;
  /** What its orders say that they received. */
  received: number;
  orders: OrderBooks[];
}

/** Counts everything of one SKU; `undefined` for an unknown one. */
export async function factsOf(manager: EntityManager, sku: string): Promise<SkuFacts | undefined> {
  const level = await manager.findOneBy(StockLevel, { sku });
  const counted = level && (await booksOf(manager, sku));
  if (!counted) return undefined;
  const { received, ...books } = counted;
  return withOrders({ level, books, received }, await ordersOf(manager, sku));
}

/** `facts` with other orders, and the goods receipts of these. */
export function withOrders(
  { level, books, received }: Pick<SkuFacts, 'level' | 'received'> & { books: Omit<StockFacts, 'receipts'> },
  orders: OrderBooks[],
): SkuFacts {
  const own = orders.filter(({ sku }) => sku === level.sku);
  const receipts = own.reduce((sum, order) => sum + order.receipts, 0);
  return { level, received, orders, books: { ...books, receipts } };
}

/** What mends the books of a SKU. Without movements and corrections when nothing is wrong, or no movement could hold it. */
export function skuRepair({ level, books, orders }: SkuFacts): SkuRepair {
  const movements = stockMovements(books);
  return {
    sku: level.sku,
    movements: holdsTooMuch(movements) ? [] : movements,
    corrections: orderCorrections(level, orders),
  };
}

/** Whether one of them has more units than a movement can. */
export function holdsTooMuch(movements: readonly RepairMovement[]): boolean {
  return movements.some(({ delta }) => Math.abs(delta) > MAX_UNITS);
}

export function isEmpty({ movements, corrections }: SkuRepair): boolean {
  return movements.length === 0 && corrections.length === 0;
}
