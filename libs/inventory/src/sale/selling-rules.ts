import { InventoryError } from '../errors.js';
import { type Product } from '../product/product.entity.js';

/** The rules of a product that refuse a sale whatever its stock is. */
export type SellingRules = Pick<Product, 'sku' | 'status' | 'salesFrom' | 'salesUntil'>;

/** From `salesFrom` on, and before `salesUntil`. */
export function isOpenAt(
  { salesFrom, salesUntil }: Pick<SellingRules, 'salesFrom' | 'salesUntil'>,
  at: Date,
): boolean {
  return !(salesFrom && at < salesFrom) && !(salesUntil && at >= salesUntil);
}

/**
 * @param arrivedAt when the request was there, by the clock of the database
 * @returns `PRODUCT.DISCONTINUED` or `SALE.NOT_OPEN`
 */
export function sellingRefusal(rules: SellingRules, arrivedAt: Date): InventoryError | undefined {
  if (rules.status === 'DISCONTINUED') return discontinued(rules);
  if (isOpenAt(rules, arrivedAt)) return undefined;
  return isBeforeOpening(rules, arrivedAt) ? notYetOpen(rules, arrivedAt) : closed(rules);
}

export function isBeforeOpening({ salesFrom }: Pick<SellingRules, 'salesFrom'>, at: Date): boolean {
  return salesFrom !== null && at < salesFrom;
}

function discontinued({ sku }: SellingRules): InventoryError {
  return new InventoryError('PRODUCT.DISCONTINUED', `${sku} is not sold any more.`, { sku });
}

function notYetOpen({ sku, salesFrom }: SellingRules, arrivedAt: Date): InventoryError {
  const opensAt = salesFrom!.toISOString();
  // Rounded up: whoever waits so long is not early again.
  const retryAfterSeconds = Math.max(1, Math.ceil((salesFrom!.getTime() - arrivedAt.getTime()) / 1_000));
  const detail = `${sku} is sold from ${opensAt} on.`;
  return new InventoryError('SALE.NOT_OPEN', detail, { sku, opensAt }, { retryAfterSeconds });
}

function closed({ sku, salesUntil }: SellingRules): InventoryError {
  const closedAt = salesUntil!.toISOString();
  return new InventoryError('SALE.NOT_OPEN', `${sku} was sold until ${closedAt}.`, { sku, closedAt });
}
