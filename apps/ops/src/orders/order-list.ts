import { listRestockOrders, type ShownRestockOrder } from '#client';
import { shortId } from '../api/id-lookup.js';
import { readPages } from '../api/pages.js';
import { type CommonOptions, type Session } from '../session.js';
import { note, print, printJson } from '../terminal/output.js';
import { type Column, type Cell, tableOf } from '../terminal/table.js';
import { shownTime } from '../terminal/times.js';
import { orderedUnits, orderState } from './order-text.js';

export interface OrderListOptions {
  sku?: string;
  status?: ShownRestockOrder['status'];
  limit: number;
}

export const ORDER_COLUMNS: readonly Column[] = [
  { title: 'ID' },
  { title: 'SKU' },
  { title: 'QUANTITY', align: 'right' },
  { title: 'STATE' },
  { title: 'REQUESTED' },
  { title: 'EXPECTED' },
  { title: 'CLOSED' },
  { title: 'LAST FAULT' },
];

/** Restock orders, newest first. */
export async function listOrders(
  { api, json }: Session,
  options: OrderListOptions & CommonOptions,
): Promise<void> {
  const { sku, status, limit } = options;
  const filter = { ...(sku !== undefined && { sku }), ...(status && { status }) };
  const page = await readPages(
    (query) => api.read((request) => listRestockOrders({ ...request, query: { ...query, ...filter } })),
    limit,
  );
  if (json) return printJson(page);
  if (page.items.length === 0) return print('No restock order matches.');
  print(await tableOf(ORDER_COLUMNS, page.items.map(orderRow)));
  if (page.nextCursor !== null) note(`There are more: --limit ${limit * 5}`);
}

export function orderRow(order: ShownRestockOrder): Cell[] {
  return [
    shortId(order.id),
    order.sku,
    orderedUnits(order),
    orderState(order.status),
    shownTime(order.requestedAt),
    shownTime(order.expectedAt),
    shownTime(order.closedAt),
    order.lastError,
  ];
}
