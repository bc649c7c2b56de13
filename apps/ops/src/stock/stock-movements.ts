import { listMovements, type Movement } from '#client';
import { shortId } from '../api/id-lookup.js';
import { readPages } from '../api/pages.js';
import { type CommonOptions, type Session } from '../session.js';
import { note as tell, print, printJson } from '../terminal/output.js';
import { type Column, type Cell, tableOf } from '../terminal/table.js';
import { shownTime, timeOf } from '../terminal/times.js';
import { grouped } from '../terminal/units.js';
import { signed } from './stock-text.js';

export interface MovementOptions {
  since?: string;
  until?: string;
  limit: number;
}

const COLUMNS: readonly Column[] = [
  { title: 'AT' },
  { title: 'REASON' },
  { title: 'UNITS', align: 'right' },
  { title: 'ON HAND', align: 'right' },
  { title: 'OF' },
  { title: 'NOTE' },
];

/** The ledger of a product, movement by movement, newest first. */
export async function listMovementsOf(
  { api, json }: Session,
  { since, until, limit }: MovementOptions & CommonOptions,
  sku: string,
): Promise<void> {
  const times = {
    ...(since !== undefined && { since: timeOf(since) }),
    ...(until !== undefined && { until: timeOf(until) }),
  };
  const page = await readPages(
    (query) =>
      api.read((request) => listMovements({ ...request, path: { sku }, query: { ...query, ...times } })),
    limit,
  );
  if (json) return printJson(page);
  if (page.items.length === 0) return print('No movement matches.');
  print(await tableOf(COLUMNS, page.items.map(rowOf)));
  if (page.nextCursor !== null) tell(`There are more: --limit ${limit * 5}`);
}

function rowOf({ createdAt, reason, delta, onHand, reference, note }: Movement): Cell[] {
  return [
    shownTime(createdAt),
    reason,
    signed(delta),
    grouped(onHand),
    reference && shortId(reference),
    note,
  ];
}
