import { listSales, type Sale } from '#client';
import { findId } from '../api/id-lookup.js';
import { type OperationsApi } from '../api/operations-api.js';
import { type State } from '../terminal/style.js';
import { type Cell } from '../terminal/table.js';

const STATES: Record<Sale['status'], State | undefined> = {
  WAITING: 'attention',
  CONFIRMED: 'good',
  CANCELLED: undefined,
  EXPIRED: undefined,
};

export function saleState(status: Sale['status']): Cell {
  const state = STATES[status];
  return state ? { text: status, state } : status;
}

/** `2 CP-502101, 1 CP-502102`. */
export function soldLines({ lines }: Pick<Sale, 'lines'>): string {
  return lines.map(({ sku, quantity }) => `${quantity} ${sku}`).join(', ');
}

/** The id of a sale by a part of it: of those that wait before the others. @throws Failure */
export function findSaleId(api: OperationsApi, part: string): Promise<string> {
  const sales = (filter: { waiting?: boolean }) => (query: { limit: number; cursor?: string }) =>
    api.read((request) => listSales({ ...request, query: { ...query, ...filter } }));
  return findId(part, {
    noun: 'sale',
    lists: [sales({ waiting: true }), sales({})],
    describe: (sale) => `${sale.status}  ${soldLines(sale)}`,
  });
}
