import { cancelSale as cancel, getSale, type Sale } from '#client';
import { type CommonOptions, type NoteOption, type Session } from '../session.js';
import { print, printJson } from '../terminal/output.js';
import { type Column, type Field, fieldsOf, tableOf } from '../terminal/table.js';
import { fullTime } from '../terminal/times.js';
import { grouped } from '../terminal/units.js';
import { findSaleId, saleState } from './sale-text.js';

const LINE_COLUMNS: readonly Column[] = [
  { title: 'SKU' },
  { title: 'UNITS', align: 'right' },
  { title: 'KRW EACH', align: 'right' },
];

const WAITING_COLUMNS: readonly Column[] = [
  ...LINE_COLUMNS,
  { title: 'KEPT', align: 'right' },
  { title: 'POSITION', align: 'right' },
  { title: 'MISSING BEFORE IT AND FOR IT', align: 'right' },
];

/** One sale, and its place while it waits. */
export async function showSale({ api, json }: Session, part: string): Promise<void> {
  const id = await findSaleId(api, part);
  const sale = await api.read((request) => getSale({ ...request, path: { id } }));
  if (json) printJson(sale);
  else await printSale(sale);
}

/** Cancels a sale. */
export async function cancelSale(
  { api, json }: Session,
  { note }: NoteOption & CommonOptions,
  part: string,
): Promise<void> {
  const id = await findSaleId(api, part);
  const sale = await api.write((request) => cancel({ ...request, path: { id }, body: { note } }));
  if (json) printJson(sale);
  else await printSale(sale);
}

async function printSale(sale: Sale): Promise<void> {
  const waits = new Map(sale.waiting?.lines.map((line) => [line.sku, line]));
  const rows = sale.lines.map(({ sku, quantity, unitPriceKrw }) => {
    const wait = waits.get(sku);
    const line = [sku, grouped(quantity), grouped(unitPriceKrw)];
    return wait ? [...line, grouped(wait.reservedQuantity), wait.position, grouped(wait.missingUnits)] : line;
  });
  const columns = sale.waiting ? WAITING_COLUMNS : LINE_COLUMNS;
  print(await fieldsOf(fieldsOfSale(sale)), '', await tableOf(columns, rows));
}

function fieldsOfSale({ id, status, totalKrw, customerEmail, createdAt, waiting }: Sale): Field[] {
  return [
    ['Sale', id],
    ['State', saleState(status)],
    ['Total', `${grouped(totalKrw)} KRW`],
    ['Buyer', customerEmail],
    ['Placed', fullTime(createdAt)],
    ['Position', waiting && grouped(waiting.position)],
    ['Half arrive by', fullTime(waiting?.arrival?.from)],
    ['Nine of ten by', fullTime(waiting?.arrival?.to)],
    ['Waits until', fullTime(waiting?.waitUntil)],
  ];
}
