import { jest } from '@jest/globals';
import { type SaleOutcome, type SaleRequest } from '../sale/sale-request.js';
import { type FallbackReason, SaleMetrics } from '../sale/sale-metrics.js';
import { SaleService } from '../sale/sale.service.js';
import { type Warehouse } from './warehouse.js';

/** The reasons of all batches of `warehouse` that fall back to row locks from now on. */
export function fallbacksOf(warehouse: Warehouse): FallbackReason[] {
  const reasons: FallbackReason[] = [];
  const metrics = warehouse.get(SaleMetrics);
  const fallBack = metrics.fallBack.bind(metrics);
  jest.spyOn(metrics, 'fallBack').mockImplementation((reason) => {
    reasons.push(reason);
    fallBack(reason);
  });
  return reasons;
}

export const buy = (warehouse: Warehouse, sku: string, quantity = 1, rest: Partial<SaleRequest> = {}) =>
  warehouse.get(SaleService).place({ lines: [{ sku, quantity }], ...rest });

export const confirmed = (outcomes: SaleOutcome[]) =>
  outcomes.flatMap((outcome) => (outcome.kind === 'CONFIRMED' ? outcome.sale : []));
