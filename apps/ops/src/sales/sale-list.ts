import { listSales as list, type Sale } from '#client';
import { shortId } from '../api/id-lookup.js';
import { readPages } from '../api/pages.js';
import { type CommonOptions, type Session } from '../session.js';
import { note, print, printJson } from '../terminal/output.js';
import { type Cell, type Column, tableOf } from '../terminal/table.js';
import { shownTime } from '../terminal/times.js';
import { grouped } from '../terminal/units.js';
import { saleState, soldLines } from './sale-text.js';

export interface SaleListOptions {
  sku?: string;
  mail?: string;
  waiting?: boolean;
  limit: number;
}

const COLUMNS: readonly Column[] = [
  { title: 'ID' },
  { title: 'STATE' },
  { title: 'LINES' },
  { title: 'KRW', align: 'right' },
  { title: 'BUYER' },
  { title: 'PLACED' },
];

const WAITING_COLUMNS: readonly Column[] = [
  ...COLUMNS,
  { title: 'POSITION', align: 'right' },
  { title: 'BY' },
  { title: 'WAITS UNTIL' },
];

/** Sales, newest first; those that wait, oldest first. */
export async function listSales(
  { api, json }: Session,
  { sku, mail, waiting = false, limit }: SaleListOptions & CommonOptions,
): Promise<void> {
  const filter = {
    ...(sku !== undefined && { sku }),
    ...(mail !== undefined && { customerEmail: mail }),
    ...(waiting && { waiting, order: 'asc' as const }),
  };
  const page = await readPages(
    (query) => api.read((request) => list({ ...request, query: { ...query, ...filter } })),
    limit,
  );
  if (json) return printJson(page);
  if (page.items.length === 0) return print(waiting ? 'No sale waits.' : 'No sale matches.');
  print(
    waiting
      ? await tableOf(WAITING_COLUMNS, page.items.map(waitingRow))
      : await tableOf(COLUMNS, page.items.map(saleRow)),
  );
  if (page.nextCursor !== null) note(`There are more: --limit ${limit * 5}`);
}

function saleRow(sale: Sale): Cell[] {
  return [
    shortId(sale.id),
    saleState(sale.status),
    soldLines(sale),
    grouped(sale.totalKrw),
    sale.customerEmail,
    shownTime(sale.createdAt),
  ];
}

function waitingRow(sale: Sale): Cell[] {
  const { position, arrival, waitUntil } = sale.waiting ?? {};
  return [
    ...saleRow(sale),
    position === undefined ? null : grouped(position),
    arrival ? shownTime(arrival.to) : 'unknown',
    waitUntil === undefined ? null : shownTime(waitUntil),
  ];
}
