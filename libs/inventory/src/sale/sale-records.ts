import { In, type EntityManager } from 'typeorm';
import { InventoryError } from '../errors.js';
import { insertRows, timeText } from '../database/rows.js';
import { type PendingSale, type SaleDecision } from './pending-sale.js';
import { SaleLine } from './sale-line.entity.js';
import { type ConfirmedSale } from './sale-request.js';
import { Sale } from './sale.entity.js';

/** The tables of a sale with their columns, in the order in which rows are written. */
export const SALE_COLUMNS =
  'sale (id, idempotency_key, request_fingerprint, status, customer_email, posting_id, created_at)';
export const LINE_COLUMNS = 'sale_line (sale_id, sku, quantity, unit_price_krw)';

/** A sale that was made before, and what it was asked for with. */
export interface EarlierSale {
  requestFingerprint: string;
  sale: ConfirmedSale;
}

/** Sales that were made under the keys of `sales`. */
export async function findByKey(
  manager: EntityManager,
  sales: readonly PendingSale[],
): Promise<Map<string, EarlierSale>> {
  const keys = sales.flatMap(({ idempotencyKey }) => idempotencyKey ?? []);
  const found = keys.length > 0 ? await manager.findBy(Sale, { idempotencyKey: In(keys) }) : [];
  return earlierBy(manager, found, ({ idempotencyKey }) => idempotencyKey!);
}

/** Sales by their ids. */
export async function findById(
  manager: EntityManager,
  ids: readonly string[],
): Promise<Map<string, EarlierSale>> {
  const found = await manager.findBy(Sale, { id: In(ids) });
  return earlierBy(manager, found, ({ id }) => id);
}

async function earlierBy(
  manager: EntityManager,
  found: readonly Sale[],
  name: (sale: Sale) => string,
): Promise<Map<string, EarlierSale>> {
  if (found.length === 0) return new Map();
  const lines = await manager.find(SaleLine, {
    where: { saleId: In(found.map(({ id }) => id)) },
    order: { saleId: 'ASC', sku: 'ASC' },
  });
  const linesOf = Map.groupBy(lines, ({ saleId }) => saleId);
  return new Map(
    found.map((sale) => [
      name(sale),
      {
        requestFingerprint: sale.requestFingerprint,
        sale: confirmedSale(sale, linesOf.get(sale.id) ?? [], sale.createdAt),
      },
    ]),
  );
}

/** The answer to a request whose key has been used, unless it asked for something else. */
export function replay(earlier: EarlierSale, { requestFingerprint }: PendingSale): SaleDecision {
  return earlier.requestFingerprint === requestFingerprint
    ? { kind: 'CONFIRMED', sale: earlier.sale, replayed: true }
    : new InventoryError('SALE.KEY_REUSED', 'This idempotency key was used for another request.');
}

export function confirmedSale(
  { id, customerEmail }: Pick<Sale, 'id' | 'customerEmail'>,
  lines: readonly Pick<SaleLine, 'sku' | 'quantity' | 'unitPriceKrw'>[],
  createdAt: Date,
): ConfirmedSale {
  let totalKrw = 0;
  for (const { quantity, unitPriceKrw } of lines) totalKrw += quantity * unitPriceKrw;
  return {
    id,
    status: 'CONFIRMED',
    lines: lines.map(({ sku, quantity, unitPriceKrw }) => ({ sku, quantity, unitPriceKrw })),
    totalKrw,
    customerEmail,
    createdAt,
  };
}

/** Writes sales that are committed together, with their lines, in the caller's transaction. */
export async function insertSales(
  manager: EntityManager,
  sales: readonly { asked: PendingSale; sale: ConfirmedSale }[],
  postingId: string,
): Promise<void> {
  await insertRows(
    manager,
    SALE_COLUMNS,
    sales.map(({ asked, sale }) => [
      sale.id,
      asked.idempotencyKey,
      asked.requestFingerprint,
      sale.status,
      sale.customerEmail,
      postingId,
      timeText(sale.createdAt),
    ]),
  );
  await insertRows(
    manager,
    LINE_COLUMNS,
    sales.flatMap(({ sale }) =>
      sale.lines.map(({ sku, quantity, unitPriceKrw }) => [sale.id, sku, quantity, unitPriceKrw]),
    ),
  );
}
