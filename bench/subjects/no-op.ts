import { type ShownSale, type SaleRequest } from '#inventory';
import { PRICE_KRW } from '../warehouse/stock.js';
import { type SellFunction } from './subject.js';

const ID = '01900000-0000-7000-8000-000000000000';
const CREATED_AT = new Date('2026-01-01T00:00:00.000Z');

/**
 * The ceiling of the HTTP server: the same route, validation and serialization, and an answer that is always the same
 * confirmed sale of what was asked for. No database, no promise to wait for.
 */
export function noOp(): SellFunction {
  return async (request) => ({ kind: 'CONFIRMED', replayed: false, sale: fixedSale(request) });
}

/** A sale of what was asked for, with an id and a time that are always the same. */
export function fixedSale({ lines, customerEmail }: Pick<SaleRequest, 'lines' | 'customerEmail'>): ShownSale {
  return {
    id: ID,
    status: 'CONFIRMED',
    lines: lines.map(({ sku, quantity }) => ({ sku, quantity, unitPriceKrw: PRICE_KRW })),
    totalKrw: lines.reduce((total, { quantity }) => total + quantity * PRICE_KRW, 0),
    customerEmail: customerEmail ?? null,
    createdAt: CREATED_AT,
  };
}
