import { type EntityManager } from 'typeorm';
import { timeText, type Insert, inserts, type Value, changeText } from '../database/rows.js';
import { type Database } from '../database/database.js';
import { InventoryError } from '../errors.js';
import { type Product } from '../product/product.entity.js';
import { CustomerPurchase } from './customer-purchase.entity.js';
import { type PendingSale } from './pending-sale.js';
import { type SaleLineRequest } from './sale-request.js';

/** The rule about one customer. */
export type CustomerLimit = Pick<Product, 'sku' | 'maxPerCustomer' | 'customerWindowSeconds'>;

/** The facts of `SALE.LIMIT_REACHED`. */
export type LimitFacts = {
  sku: string;
  limit: number;
  /** Units that the customer may still buy. */
  remaining: number;
  /** When the window ends that is running, in ISO 8601. */
  resetsAt: string | null;
};

const COLUMNS = 'customer_purchase (sku, customer_key, window_started_at, window_ends_at, units, max_units)';

/** How far the times of a sale and of its window may be apart: a sale has the time of its process. */
const CLOCK_TOLERANCE_MS = 60_000;

/**
 * What the customers of a batch have bought of its products with a limit. In the transaction that holds the locks of the stock: no
 * other batch changes it then, but one that has not got the stock yet, whose own check fails, or which waits for this one.
 */
export async function lockPurchases(
  database: Database,
  manager: EntityManager,
  sales: readonly PendingSale[],
  products: readonly CustomerLimit[],
): Promise<CustomerPurchase[]> {
  const skus = products.filter(({ maxPerCustomer }) => maxPerCustomer !== null).map(({ sku }) => sku);
  if (skus.length === 0) return [];
  const limited = sales.filter(({ lines }) => lines.some(({ sku }) => skus.includes(sku)));
  const keys = new Set(limited.flatMap(({ customerKey }) => customerKey ?? []));
  return database.lockMore(manager, {
    entity: CustomerPurchase,
    text: `SELECT * FROM customer_purchase WHERE sku IN (?) AND customer_key IN (?) ORDER BY sku, customer_key`,
    values: [skus, [...keys]],
    locks: true,
  });
}

/** The purchases of a batch that is decided under locks, as they will be once it is written. */
export class CustomerPurchases {
  private readonly stored = new Map<string, CustomerPurchase>();
  private readonly changed = new Map<string, CustomerPurchase>();

  /** @param now by the clock of the database: it ends windows, and begins others */
  constructor(
    purchases: readonly CustomerPurchase[],
    private readonly now: Date,
  ) {
    for (const purchase of purchases) this.stored.set(rowKey(purchase), purchase);
  }

  /** @returns `SALE.CUSTOMER_REQUIRED` or `SALE.LIMIT_REACHED` */
  refusal(asked: PendingSale, limit: CustomerLimit, quantity: number): InventoryError | undefined {
    const { sku, maxPerCustomer } = limit;
    if (maxPerCustomer === null) return undefined;
    const { customerKey } = asked;
    if (customerKey === null) return customerRequired(sku);
    const current = this.current(limit, customerKey);
    const remaining = Math.max(0, maxPerCustomer - (current?.units ?? 0));
    return quantity > remaining ? limitReached(limit, remaining, current) : undefined;
  }

  take(asked: PendingSale, limit: CustomerLimit, quantity: number): void {
    const { sku, maxPerCustomer } = limit;
    const customerKey = maxPerCustomer === null ? null : asked.customerKey;
    if (maxPerCustomer === null || customerKey === null) return;
    const current = this.current(limit, customerKey);
    const windowStartedAt = current?.windowStartedAt ?? this.now;
    const purchase: CustomerPurchase = {
      ...{ sku, customerKey, windowStartedAt, windowEndsAt: windowEnd(limit, windowStartedAt) },
      ...{ units: (current?.units ?? 0) + quantity, maxUnits: maxPerCustomer },
    };
    this.stored.set(rowKey(purchase), purchase);
    this.changed.set(rowKey(purchase), purchase);
  }

  /** What writes them: in the order of their key, as every batch does. */
  inserts(): Insert[] {
    const rows = [...this.changed]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, purchase]) => rowOf(purchase));
    return inserts(COLUMNS, rows).map((insert) => ({ ...insert, replaces: true }));
  }

  /** What counts: nothing when the window is over. */
  private current(limit: CustomerLimit, customerKey: string): CustomerPurchase | undefined {
    const stored = this.stored.get(rowKey({ sku: limit.sku, customerKey }));
    const end = stored && windowEnd(limit, stored.windowStartedAt);
    return end && end <= this.now ? undefined : stored;
  }
}

/**
 * What an optimistic batch adds to the purchases of its customers, in the order of their key. The check of the table refuses the whole
 * transaction when one of them would have too much.
 *
 * @returns undefined when a sale is certain to be refused
 */
export function purchaseStatements(
  sales: readonly Pick<PendingSale, 'lines' | 'customerKey'>[],
  limits: ReadonlyMap<string, CustomerLimit>,
  now: Date,
): string[] | undefined {
  const statements: string[] = [];
  for (const limit of limits.values()) {
    if (limit.maxPerCustomer === null) continue;
    const units = unitsOfCustomers(sales, limit.sku);
    if (!units || [...units.values()].some((most) => most > limit.maxPerCustomer!)) return undefined;
    const rows = [...units]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([customerKey, quantity]) =>
        rowOf({
          ...{ sku: limit.sku, customerKey, windowStartedAt: now, windowEndsAt: windowEnd(limit, now) },
          ...{ units: quantity, maxUnits: limit.maxPerCustomer! },
        }),
      );
    statements.push(
      ...inserts(COLUMNS, rows).map((insert) => `${changeText(insert)} ${addUnits(limit, now)}`),
    );
  }
  return statements;
}

/**
 * Gives the units of a sale back that is cancelled, where its window is still running. In the caller's transaction, which holds the
 * locks of the stock.
 *
 * @param customerKey of the sale; null: nothing was counted
 * @param soldAt when it was made
 */
export async function giveBack(
  manager: EntityManager,
  lines: readonly SaleLineRequest[],
  customerKey: string | null,
  soldAt: Date,
): Promise<void> {
  if (customerKey === null) return;
  const startedBefore = timeText(new Date(soldAt.getTime() + CLOCK_TOLERANCE_MS));
  for (const { sku, quantity } of [...lines].sort((a, b) => (a.sku < b.sku ? -1 : 1))) {
    await manager.query(
      `UPDATE customer_purchase SET units = CASE WHEN units > ? THEN units - ? ELSE 0 END
        WHERE sku = ? AND customer_key = ? AND window_started_at <= ?`,
      [quantity, quantity, sku, customerKey, startedBefore],
    );
  }
}

/** Of each customer; undefined when a sale has none. */
function unitsOfCustomers(
  sales: readonly Pick<PendingSale, 'lines' | 'customerKey'>[],
  sku: string,
): Map<string, number> | undefined {
  const units = new Map<string, number>();
  for (const sale of sales) {
    const line = sale.lines.find((each) => each.sku === sku);
    if (!line) continue;
    const { customerKey } = sale;
    if (customerKey === null) return undefined;
    units.set(customerKey, (units.get(customerKey) ?? 0) + line.quantity);
  }
  return units;
}

/** The assignments are made from left to right: the start of the window is changed last, because the others compare it. */
function addUnits({ customerWindowSeconds }: CustomerLimit, now: Date): string {
  const isOver =
    customerWindowSeconds === null
      ? 'FALSE'
      : `customer_purchase.window_started_at <= '${timeText(new Date(now.getTime() - customerWindowSeconds * 1_000))}'`;
  const end =
    customerWindowSeconds === null
      ? 'NULL'
      : `IF(${isOver}, added.window_ends_at, customer_purchase.window_started_at + INTERVAL ${customerWindowSeconds} SECOND)`;
  return `AS added ON DUPLICATE KEY UPDATE
    units = IF(${isOver}, added.units, customer_purchase.units + added.units),
    max_units = added.max_units,
    window_ends_at = ${end},
    window_started_at = IF(${isOver}, added.window_started_at, customer_purchase.window_started_at)`;
}

function windowEnd({ customerWindowSeconds }: CustomerLimit, startedAt: Date): Date | null {
  return customerWindowSeconds === null
    ? null
    : new Date(startedAt.getTime() + customerWindowSeconds * 1_000);
}

function rowKey({ sku, customerKey }: Pick<CustomerPurchase, 'sku' | 'customerKey'>): string {
  return `${sku} ${customerKey}`;
}

function rowOf({
  sku,
  customerKey,
  windowStartedAt,
  windowEndsAt,
  units,
  maxUnits,
}: CustomerPurchase): Value[] {
  return [
    sku,
    customerKey,
    timeText(windowStartedAt),
    windowEndsAt && timeText(windowEndsAt),
    units,
    maxUnits,
  ];
}

function customerRequired(sku: string): InventoryError {
  return new InventoryError('SALE.CUSTOMER_REQUIRED', `${sku} is sold to known customers alone.`, { sku });
}

function limitReached(limit: CustomerLimit, remaining: number, current?: CustomerPurchase): InventoryError {
  const { sku, maxPerCustomer } = limit;
  const resetsAt = (current && windowEnd(limit, current.windowStartedAt))?.toISOString() ?? null;
  return new InventoryError(
    'SALE.LIMIT_REACHED',
    `A customer may buy ${maxPerCustomer} units of ${sku}, and ${remaining} more.`,
    { sku, limit: maxPerCustomer!, remaining, resetsAt } satisfies LimitFacts,
  );
}
