import { InventoryError } from '../errors.js';
import { type Product } from './product.entity.js';

/**
 * Refuses rules that contradict each other. Unusual rules are allowed: a lot or a sale above the target level, a price of
 * 0.
 *
 * @throws InventoryError `PRODUCT.RULES_CONTRADICT` naming the two members
 */
export function assertRulesAgree(product: Product): void {
  assertOrderIsEnough(product);
  assertWindowOpens(product);
}

function assertWindowOpens({ sku, salesFrom, salesUntil }: Product): void {
  if (!salesFrom || !salesUntil || salesFrom < salesUntil) return;
  const [from, until] = [salesFrom.toISOString(), salesUntil.toISOString()];
  throw new InventoryError(
    'PRODUCT.RULES_CONTRADICT',
    `salesFrom (${from}) must be before salesUntil (${until}): it would never be sold.`,
    { sku, members: ['salesFrom', 'salesUntil'], salesFrom: from, salesUntil: until },
  );
}

function assertOrderIsEnough({ sku, reorderPoint, targetLevel }: Product): void {
  if (targetLevel > reorderPoint) return;
  throw new InventoryError(
    'PRODUCT.RULES_CONTRADICT',
    `targetLevel (${targetLevel}) must be above reorderPoint (${reorderPoint}): an order up to it would be due again at once.`,
    { sku, members: ['targetLevel', 'reorderPoint'], targetLevel, reorderPoint },
  );
}
