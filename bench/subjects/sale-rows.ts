import {
  type ShownSale,
  type Database,
  type SaleOutcome,
  type SaleRequest,
  type Shortage,
  storedTime,
  timeText,
} from '#inventory';
import { createHash } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';

/** What the statements of a subject run on. */
export type Manager = Parameters<Parameters<Database['write']>[0]>[0];

/** A sale before it is known whether there is enough. */
export interface Draft {
  id: string;
  key: string | null;
  fingerprint: string;
  email: string | null;
  createdAt: Date;
  /** Units per SKU, in SKU order. */
  quantities: [sku: string, quantity: number][];
}

/** The client has gone while its request waited for a connection. As in the product, nothing is done for it. */
export const ABANDONED: Promise<SaleOutcome> = Promise.resolve({ kind: 'ABANDONED' });

/** A refusal, thrown so that the transaction that found it is rolled back. */
export class NotEnough extends Error {
  constructor(readonly sku: string) {
    super(`There is not enough of ${sku}.`);
  }
}

export function draftOf({ lines, customerEmail, idempotencyKey }: SaleRequest): Draft {
  const units = new Map<string, number>();
  for (const { sku, quantity } of lines) units.set(sku, (units.get(sku) ?? 0) + quantity);
  const quantities = [...units].sort(([one], [other]) => (one < other ? -1 : 1));
  return {
    id: uuidv7(),
    key: idempotencyKey ?? null,
    fingerprint: createHash('sha256')
      .update(JSON.stringify([quantities, customerEmail ?? null]))
      .digest('hex'),
    email: customerEmail ?? null,
    createdAt: new Date(),
    quantities,
  };
}

export function placeholders(values: readonly unknown[]): string {
  return values.map(() => '?').join(', ');
}

export async function pricesOf(manager: Manager, { quantities }: Draft): Promise<Map<string, number>> {
  const skus = quantities.map(([sku]) => sku);
  const rows = await manager.query<{ sku: string; price_krw: number }[]>(
    `SELECT sku, price_krw FROM product WHERE sku IN (${placeholders(skus)})`,
    skus,
  );
  return new Map(rows.map((row) => [row.sku, row.price_krw]));
}

export async function insertSale(manager: Manager, draft: Draft, prices: Map<string, number>): Promise<void> {
  await manager.query(
    `INSERT INTO sale (id, idempotency_key, request_fingerprint, status, customer_email, created_at)
     VALUES (?, ?, ?, 'CONFIRMED', ?, ?)`,
    [draft.id, draft.key, draft.fingerprint, draft.email, timeText(draft.createdAt)],
  );
  await manager.query(
    `INSERT INTO sale_line (sale_id, sku, quantity, unit_price_krw)
     VALUES ${draft.quantities.map(() => '(?, ?, ?, ?)').join(', ')}`,
    draft.quantities.flatMap(([sku, quantity]) => [draft.id, sku, quantity, prices.get(sku)!]),
  );
}

/** The sale that an earlier request made under this one's key, if any, as an answer. */
export async function earlierSale(manager: Manager, { key }: Draft): Promise<SaleOutcome | undefined> {
  if (key === null) return undefined;
  const [sale] = await manager.query<
    { id: string; customer_email: string | null; created_at: string | Date }[]
  >('SELECT id, customer_email, created_at FROM sale WHERE idempotency_key = ?', [key]);
  if (!sale) return undefined;
  const lines = await manager.query<{ sku: string; quantity: number; unit_price_krw: number }[]>(
    'SELECT sku, quantity, unit_price_krw FROM sale_line WHERE sale_id = ? ORDER BY sku',
    [sale.id],
  );
  const sold = lines.map((line) => ({
    sku: line.sku,
    quantity: line.quantity,
    unitPriceKrw: line.unit_price_krw,
  }));
  return confirmed(sale.id, sale.customer_email, storedTime(sale.created_at), sold, true);
}

/** The answer to a sale that was made just now. */
export function newSale(draft: Draft, prices: Map<string, number>): SaleOutcome {
  const lines = draft.quantities.map(([sku, quantity]) => ({
    sku,
    quantity,
    unitPriceKrw: prices.get(sku)!,
  }));
  return confirmed(draft.id, draft.email, draft.createdAt, lines, false);
}

/** Counts the refused units and tells what is on order, in the caller's transaction. */
export async function refuse(
  manager: Manager,
  sku: string,
  requestedQuantity: number,
  availableQuantity: number,
): Promise<Shortage> {
  await manager.query('UPDATE stock_level SET refused_demand = refused_demand + ? WHERE sku = ?', [
    requestedQuantity,
    sku,
  ]);
  return shortage(manager, sku, requestedQuantity, availableQuantity);
}

/** Tells what is on order. */
export async function shortage(
  manager: Manager,
  sku: string,
  requestedQuantity: number,
  availableQuantity: number,
): Promise<Shortage> {
  const [order] = await manager.query<{ id: string; quantity: number; expected_at: string | Date }[]>(
    'SELECT id, quantity, expected_at FROM restock_order WHERE open_sku = ?',
    [sku],
  );
  // The bench's warehouse has one for what is sold out. A subject that had to open some would do other work.
  if (!order) throw new Error(`There is no restock order for ${sku}.`);
  const restockOrder = {
    id: order.id,
    status: 'ORDERED' as const,
    quantity: order.quantity,
    estimatedAt: storedTime(order.expected_at),
    estimatedFrom: storedTime(order.expected_at),
    estimatedTo: storedTime(order.expected_at),
  };
  return { sku, requestedQuantity, availableQuantity, restockOrder };
}

function confirmed(
  id: string,
  customerEmail: string | null,
  createdAt: Date,
  lines: ShownSale['lines'],
  replayed: boolean,
): SaleOutcome {
  const totalKrw = lines.reduce((total, { quantity, unitPriceKrw }) => total + quantity * unitPriceKrw, 0);
  return {
    kind: 'CONFIRMED',
    replayed,
    sale: { id, status: 'CONFIRMED', lines, totalKrw, customerEmail, createdAt },
  };
}
