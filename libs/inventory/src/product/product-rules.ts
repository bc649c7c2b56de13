import { InventoryError } from '../errors.js';
import { type Product } from './product.entity.js';

/**
 * Refuses rules that contradict each other. Unusual rules are allowed: a lot or a sale above the target level, a price of
 * 0.
 *
 * @throws InventoryError `PRODUCT.RULES_CONTRADICT` naming the two members
 */
export function assertRulesAgree({ sku, reorderPoint, targetLevel }: Product): void {
  if (targetLevel > reorderPoint) return;
  throw new InventoryError(
    'PRODUCT.RULES_CONTRADICT',
    `targetLevel (${targetLevel}) must be above reorderPoint (${reorderPoint}): an order up to it would be due again at once.`,
    { sku, members: ['targetLevel', 'reorderPoint'], targetLevel, reorderPoint },
  );
}
