import { InventoryError } from '../errors.js';
import { type Insert, inserts, timeText } from '../database/rows.js';
import { type RowQuery } from '../database/row-queries.js';
import { type PendingSale, type SaleDecision } from './pending-sale.js';
import { type CustomerLimit } from './purchase-limit.js';
import { SaleLine } from './sale-line.entity.js';
import { type ShownSale, DEFAULT_WAIT_MS, type SaleOutcome } from './sale-request.js';
import { Sale, type SaleStatus } from './sale.entity.js';
import { WaitingLine } from './waiting-line.entity.js';
import { type WaitingLinePlace } from './waiting-arrival.js';
import { type WaitingPlace, waitingPlace } from './waiting-place.js';

/** The tables of a sale with their columns, in the order in which rows are written. */
const SALE_COLUMNS =
  'sale (id, idempotency_key, request_fingerprint, status, customer_email, customer_key, posting_id, created_at)';
const LINE_COLUMNS = 'sale_line (sale_id, sku, quantity, unit_price_krw)';
const WAITING_LINE_COLUMNS =
  'waiting_line (sale_id, sku, ticket, quantity, unit_price_krw, reserved, sale_skus, wait_until)';

/** The sale that an idempotency key was used for, and what it was asked for with. */
export interface UsedKey {
  requestFingerprint: string;
  sale: ShownSale;
}

/** A sale that was made before, and what it was asked for with. */
export interface StoredSale extends UsedKey {
  idempotencyKey: string | null;
}

/** `SALE.KEY_REUSED`. Other requests that wait under the same key can be answered by `usedKey`, which no client sees. */
export class SaleKeyReusedError extends InventoryError {
  constructor(readonly usedKey: UsedKey) {
    super('SALE.KEY_REUSED', 'This idempotency key was used for another request.');
  }
}

/** A sale of a batch that is made. */
export interface NewSale {
  asked: PendingSale;
  sale: ShownSale;
  /** Where it counts: see {@link customerKeyToStore}. */
  customerKey: string | null;
}

/** That of a sale, where one of its products has a limit for each customer. Nothing of a customer is stored that need not be. */
export function customerKeyToStore(
  asked: PendingSale,
  limitOf: (sku: string) => Pick<CustomerLimit, 'maxPerCustomer'> | undefined,
): string | null {
  const counts = asked.lines.some(({ sku }) => typeof limitOf(sku)?.maxPerCustomer === 'number');
  return counts ? asked.customerKey : null;
}

/** A sale of a batch that waits for goods. */
export interface JoiningSale extends NewSale {
  waits: readonly JoiningLine[];
}

/** A line of a {@link JoiningSale}. */
export interface JoiningLine extends Pick<
  WaitingLine,
  'sku' | 'ticket' | 'quantity' | 'unitPriceKrw' | 'reserved'
> {
  place: WaitingLinePlace;
}

/** The unique columns of a sale with their indexes. */
const INDEXES = { id: 'PRIMARY', idempotency_key: 'uq_sale_idempotency_key' };

/**
 * Sales by one of their unique columns. {@link storedSales} reads what is found.
 *
 * The hints are for MySQL: its statistics of a table that grows fast say for a while that the table is small, and then it
 * reads every line that was ever sold. SQLite takes them for comments.
 */
export function saleQueries(
  column: keyof typeof INDEXES,
  values: readonly string[],
): [RowQuery<Sale>, RowQuery<SaleLine>, RowQuery<WaitingLine>] {
  const index = `INDEX(sale ${INDEXES[column]})`;
  return [
    { entity: Sale, text: `SELECT /*+ ${index} */ * FROM sale WHERE ${column} IN (?)`, values: [values] },
    {
      entity: SaleLine,
      text: `SELECT /*+ JOIN_ORDER(sale, line) ${index} INDEX(line PRIMARY) */ line.* FROM sale JOIN sale_line line ON line.sale_id = sale.id
        WHERE sale.${column} IN (?) ORDER BY line.sku`,
      values: [values],
    },
    {
      entity: WaitingLine,
      text: `SELECT /*+ JOIN_ORDER(sale, line) ${index} INDEX(line PRIMARY) */ line.* FROM sale JOIN waiting_line line ON line.sale_id = sale.id
        WHERE sale.${column} IN (?) ORDER BY line.sku`,
      values: [values],
    },
  ];
}

/** @param waitingLines of the sales that wait, or have waited: they have no other lines */
export function storedSales(
  sales: readonly Sale[],
  lines: readonly SaleLine[],
  waitingLines: readonly WaitingLine[],
): StoredSale[] {
  const linesOf = Map.groupBy<string, SaleLine | WaitingLine>(
    [...lines, ...waitingLines],
    ({ saleId }) => saleId,
  );
  return sales.map((sale) => ({
    idempotencyKey: sale.idempotencyKey,
    requestFingerprint: sale.requestFingerprint,
    sale: placedSale(sale, sale.status, linesOf.get(sale.id) ?? [], sale.createdAt),
  }));
}

/** The idempotency keys of `sales`. */
export function keysOf(sales: readonly PendingSale[]): string[] {
  return sales.flatMap(({ idempotencyKey }) => idempotencyKey ?? []);
}

/** The answer to a request whose key has been used, unless it asked for something else. */
export function replay(used: UsedKey, { requestFingerprint }: PendingSale): SaleDecision {
  return used.requestFingerprint === requestFingerprint
    ? outcomeOf(used.sale, true)
    : new SaleKeyReusedError(used);
}

export function outcomeOf(sale: ShownSale, replayed: boolean): Extract<SaleOutcome, { sale: object }> {
  const { status } = sale;
  return { kind: status === 'CONFIRMED' || status === 'WAITING' ? status : 'ENDED', sale, replayed };
}

export function placedSale(
  { id, customerEmail }: Pick<Sale, 'id' | 'customerEmail'>,
  status: SaleStatus,
  lines: readonly Pick<SaleLine, 'sku' | 'quantity' | 'unitPriceKrw'>[],
  createdAt: Date,
): ShownSale {
  let totalKrw = 0;
  for (const { quantity, unitPriceKrw } of lines) totalKrw += quantity * unitPriceKrw;
  return {
    id,
    status,
    lines: lines.map(({ sku, quantity, unitPriceKrw }) => ({ sku, quantity, unitPriceKrw })),
    totalKrw,
    customerEmail,
    createdAt,
  };
}

/** A sale that waits for goods from `at` on. */
export function joiningSale(
  asked: PendingSale,
  { waits, customerKey }: Pick<JoiningSale, 'waits' | 'customerKey'>,
  at: Date,
): JoiningSale {
  const waitUntil = asked.backorder?.waitUntil ?? new Date(at.getTime() + DEFAULT_WAIT_MS);
  const waiting: WaitingPlace = waitingPlace(
    waitUntil,
    waits.map(({ place }) => place),
  );
  return {
    asked,
    waits,
    customerKey,
    sale: { ...placedSale(asked, 'WAITING', waits, at), waiting },
  };
}

/** What writes sales that are committed together, with their lines. */
export function saleInserts(made: readonly NewSale[], postingId: string, at: Date): Insert[] {
  return [
    ...inserts(
      SALE_COLUMNS,
      made.map((sale) => saleRow(sale, postingId, at)),
    ),
    ...inserts(
      LINE_COLUMNS,
      made.flatMap(({ sale }) =>
        sale.lines.map(({ sku, quantity, unitPriceKrw }) => [sale.id, sku, quantity, unitPriceKrw]),
      ),
    ),
  ];
}

/** The same for sales that wait. They are posted when they are filled. */
export function joiningInserts(joining: readonly JoiningSale[], at: Date): Insert[] {
  const lines = joining.flatMap(({ sale, waits }) => {
    const rest = [waits.length, timeText(sale.waiting!.waitUntil)];
    return waits.map((line) => [
      ...[sale.id, line.sku, line.ticket, line.quantity, line.unitPriceKrw, line.reserved],
      ...rest,
    ]);
  });
  return [
    ...inserts(
      SALE_COLUMNS,
      joining.map((sale) => saleRow(sale, null, at)),
    ),
    ...inserts(WAITING_LINE_COLUMNS, lines),
  ];
}

function saleRow(
  { asked, sale, customerKey }: NewSale,
  postingId: string | null,
  at: Date,
): Insert['rows'][number] {
  return [
    sale.id,
    asked.idempotencyKey,
    asked.requestFingerprint,
    sale.status,
    sale.customerEmail,
    customerKey,
    postingId,
    timeText(at),
  ];
}
