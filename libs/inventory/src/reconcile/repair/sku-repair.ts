import { type EntityManager } from 'typeorm';
import { StockLevel } from '../../stock/stock-level.entity.js';
import { MAX_UNITS } from '../../stock/stock-limits.js';
import { booksOf } from '../sku-books.js';
import { correction, type OrderBooks, orderCorrections, ordersOf } from './order-repair.js';
import { type RepairCorrection, type RepairMovement, type SkuRepair } from './repair-plan.js';
import { type StockFacts, stockMovements } from './stock-repair.js';

/** All that the repair of one SKU is decided by. */
export interface SkuFacts {
  level: StockLevel;
  books: StockFacts;
  /** What its orders say that they received. */
  received: number;
  orders: OrderBooks[];
  waitlist: WaitlistBooks;
}

/** What the open lines of the waitlist add up to, in units. */
export interface WaitlistBooks {
  reserved: number;
  waiting: number;
  /** Lines that miss units. */
  waitingLines: number;
}

/** Counts everything of one SKU; `undefined` for an unknown one. */
export async function factsOf(manager: EntityManager, sku: string): Promise<SkuFacts | undefined> {
  const level = await manager.findOneBy(StockLevel, { sku });
  const counted = level && (await booksOf(manager, sku));
  if (!counted) return undefined;
  const { received, ...books } = counted;
  return withOrders(
    { level, books, received, waitlist: await waitlistOf(manager, sku) },
    await ordersOf(manager, sku),
  );
}

/** `facts` with other orders, and the goods receipts of these. */
export function withOrders(
  {
    level,
    books,
    received,
    waitlist,
  }: Omit<SkuFacts, 'books' | 'orders'> & {
    books: Omit<StockFacts, 'receipts'>;
  },
  orders: OrderBooks[],
): SkuFacts {
  const own = orders.filter(({ sku }) => sku === level.sku);
  const receipts = own.reduce((sum, order) => sum + order.receipts, 0);
  return { level, received, orders, waitlist, books: { ...books, receipts } };
}

/** What the waitlist of a SKU says of its stock level. */
export async function waitlistOf(manager: EntityManager, sku: string): Promise<WaitlistBooks> {
  const [row] = await manager.query<Record<keyof WaitlistBooks, string | number>[]>(
    `SELECT COALESCE(SUM(reserved), 0) AS reserved, COALESCE(SUM(quantity - reserved), 0) AS waiting,
        COALESCE(SUM(CASE WHEN reserved < quantity THEN 1 ELSE 0 END), 0) AS waitingLines
      FROM waiting_line WHERE sku = ? AND outcome IS NULL`,
    [sku],
  );
  return {
    reserved: Number(row!.reserved),
    waiting: Number(row!.waiting),
    waitingLines: Number(row!.waitingLines),
  };
}

/** What mends the books of a SKU. Without movements and corrections when nothing is wrong, or no movement could hold it. */
export function skuRepair({ level, books, orders, waitlist }: SkuFacts): SkuRepair {
  const movements = stockMovements(books);
  return {
    sku: level.sku,
    movements: holdsTooMuch(movements) ? [] : movements,
    corrections: [...orderCorrections(level, orders), ...waitlistCorrections(level, waitlist)],
  };
}

/** Lines that wait are facts: a stock level keeps and misses what they say. */
function waitlistCorrections(
  { sku, reserved, waiting, waitingLines }: StockLevel,
  waitlist: WaitlistBooks,
): RepairCorrection[] {
  const values = {
    reserved: [reserved, waitlist.reserved],
    waiting: [waiting, waitlist.waiting],
    waitingLines: [waitingLines, waitlist.waitingLines],
  } as const;
  const { oldValues, newValues } = correction('stock', sku, values);
  return Object.keys(newValues).length > 0
    ? [{ subjectType: 'stock', subjectId: sku, oldValues, newValues }]
    : [];
}

/** Whether one of them has more units than a movement can. */
export function holdsTooMuch(movements: readonly RepairMovement[]): boolean {
  return movements.some(({ delta }) => Math.abs(delta) > MAX_UNITS);
}

export function isEmpty({ movements, corrections }: SkuRepair): boolean {
  return movements.length === 0 && corrections.length === 0;
}
