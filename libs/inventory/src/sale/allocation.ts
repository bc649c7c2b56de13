import { InventoryError } from '../errors.js';
import { type Product } from '../product/product.entity.js';
import { isReordered, maxDeliverableUnits, maxRefusedUnits } from '../restock/restock-rules.js';
import { type StockLevel } from '../stock/stock-level.entity.js';
import { type CustomerPurchases } from './purchase-limit.js';
import { type PendingSale } from './pending-sale.js';
import { type Backorder, type ShownSale, type Shortage } from './sale-request.js';
import { type JoiningLine } from './stored-sales.js';
import { sellingRefusal } from './selling-rules.js';

/** A SKU whose stock level is locked, and what a batch of sales has done to it so far. */
export interface LockedSku {
  product: Product;
  /** Kept as it will be once the batch is written. */
  level: StockLevel;
  soldUnits: number;
  /** Units that were kept for sales of the batch that wait for more. */
  reservedUnits: number;
  hasRefused: boolean;
  /** A sale of the batch has joined its waitlist. */
  hasJoined: boolean;
}

export type Allocation =
  | { kind: 'SOLD'; lines: ShownSale['lines'] }
  | { kind: 'JOINED'; lines: JoiningLine[] }
  | { kind: 'SHORT'; shortages: Omit<Shortage, 'restockOrder'>[] }
  | { kind: 'REJECTED'; error: InventoryError };

/**
 * Gives a sale all of its units or none, and changes `stock` by what it got or was refused. One that waits for the rest keeps the
 * units that are there.
 *
 * @param arrivedAt when the request was there, by the clock of the database
 * @param purchases of the customers, changed by what they got
 */
export function allocate(
  asked: PendingSale,
  stock: ReadonlyMap<string, LockedSku>,
  arrivedAt: Date,
  purchases: CustomerPurchases,
): Allocation {
  const { lines, backorder } = asked;
  const unknown = lines.filter(({ sku }) => !stock.has(sku)).map(({ sku }) => sku);
  if (unknown.length > 0) {
    return rejected(
      new InventoryError('SKU.UNKNOWN', `There is no product ${unknown.join(', ')}.`, { skus: unknown }),
    );
  }
  const wanted = lines.map(({ sku, quantity }) => ({ locked: stock.get(sku)!, quantity }));
  for (const { locked } of wanted) {
    const refusal = sellingRefusal(locked.product, arrivedAt);
    if (refusal) return rejected(refusal);
  }
  const excess = wanted.find(({ locked, quantity }) => quantity > maxUnitsPerSale(locked));
  if (excess) return rejected(quantityExceeded(excess.locked, excess.quantity));

  for (const { locked, quantity } of wanted) {
    const refusal = purchases.refusal(asked, locked.product, quantity);
    if (refusal) return rejected(refusal);
  }

  const takeOfLimits = () => {
    for (const { locked, quantity } of wanted) purchases.take(asked, locked.product, quantity);
  };
  const short = wanted.filter(({ locked, quantity }) => locked.level.available < quantity);
  if (short.length > 0 && mayWait(backorder, short, arrivedAt)) {
    takeOfLimits();
    return { kind: 'JOINED', lines: wanted.map(({ locked, quantity }) => join(locked, quantity)) };
  }
  if (short.length > 0) {
    return { kind: 'SHORT', shortages: short.map(({ locked, quantity }) => refuse(locked, quantity)) };
  }
  takeOfLimits();
  return { kind: 'SOLD', lines: wanted.map(({ locked, quantity }) => take(locked, quantity)) };
}

/** The most units that one sale may take: no more than it can ever get. */
function maxUnitsPerSale({ product, level }: LockedSku): number {
  return Math.min(product.maxPerSale, maxDeliverableUnits(product, level));
}

function take(locked: LockedSku, quantity: number): ShownSale['lines'][number] {
  const { product, level } = locked;
  level.onHand -= quantity;
  locked.soldUnits += quantity;
  return { sku: product.sku, quantity, unitPriceKrw: product.priceKrw };
}

/** Nobody waits for what is not made any more, or with a wait that is over. */
function mayWait(
  backorder: Backorder | undefined,
  short: readonly { locked: LockedSku }[],
  arrivedAt: Date,
): boolean {
  if (!backorder || (backorder.waitUntil && backorder.waitUntil <= arrivedAt)) return false;
  return short.every(({ locked }) => isReordered(locked.product));
}

/** The last of the waitlist. Before it nobody else waits, or nothing is available. */
function join(locked: LockedSku, quantity: number): JoiningLine {
  const { product, level } = locked;
  const reserved = Math.min(quantity, Math.max(0, level.available));
  level.reserved += reserved;
  level.waiting += quantity - reserved;
  if (reserved < quantity) level.waitingLines += 1;
  level.lastTicket += 1;
  locked.reservedUnits += reserved;
  locked.hasJoined = true;
  return {
    sku: product.sku,
    ticket: level.lastTicket,
    quantity,
    unitPriceKrw: product.priceKrw,
    reserved,
    place: {
      sku: product.sku,
      reservedQuantity: reserved,
      position: reserved < quantity ? level.waitingLines : null,
      missingUnits: reserved < quantity ? level.waiting : 0,
    },
  };
}

function refuse(locked: LockedSku, quantity: number): Omit<Shortage, 'restockOrder'> {
  const { product, level } = locked;
  // No order is opened by it: it must not size one long after, when the product is ordered again.
  if (isReordered(product)) {
    level.refusedDemand = Math.min(level.refusedDemand + quantity, maxRefusedUnits(product));
  }
  locked.hasRefused = true;
  return { sku: product.sku, requestedQuantity: quantity, availableQuantity: level.available };
}

function rejected(error: InventoryError): Allocation {
  return { kind: 'REJECTED', error };
}

function quantityExceeded(locked: LockedSku, requestedQuantity: number): InventoryError {
  const { sku } = locked.product;
  const maxPerSale = maxUnitsPerSale(locked);
  return new InventoryError(
    'SALE.QUANTITY_EXCEEDED',
    `One sale takes at most ${maxPerSale} units of ${sku}.`,
    { sku, requestedQuantity, maxPerSale },
  );
}
