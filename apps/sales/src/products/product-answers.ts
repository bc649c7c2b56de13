import { type ProductWithStock } from '#inventory';
import { type WriteAnswer } from '../idempotency/idempotent-writes.js';
import { ApiError } from '../problem/problem.js';
import { rulesOf } from './product-rules-schema.js';
import { productTag, productView, type SaveProduct } from './product-schema.js';

/**
 * The answer to a write of a product.
 *
 * @param more what the audit says beside the rules
 */
export function productAnswer(
  found: ProductWithStock,
  before: ProductWithStock | undefined,
  more: Record<string, unknown> = {},
): WriteAnswer {
  return {
    status: 200,
    headers: { ETag: productTag(found) },
    body: productView(found),
    audited: {
      action: before ? 'product.changed' : 'product.created',
      subjectType: 'product',
      subjectId: found.product.sku,
      oldValues: before && rulesOf(before.product),
      newValues: { ...rulesOf(found.product), ...more },
    },
  };
}

/** @throws ApiError `REQUEST.REFUSED` for a body that is of another product */
export function assertSkuOfPath(sku: string, body: SaveProduct): void {
  if (body.sku === undefined || body.sku === sku) return;
  throw new ApiError('REQUEST.REFUSED', {
    en: 'body/sku is not the SKU of the path.',
    ko: 'body/sku가 경로의 SKU와 다릅니다.',
  });
}

/** @throws ApiError `REQUEST.REFUSED`: whoever counts stock again uses an adjustment, which says why */
export function refuseOpeningStock(): never {
  throw new ApiError('REQUEST.REFUSED', {
    en: 'body/openingStock is for a new product alone: use an adjustment.',
    ko: 'body/openingStock은 새 상품에만 쓸 수 있습니다. 재고 조정을 쓰세요.',
  });
}
