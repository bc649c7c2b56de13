import { listProducts, type ShownProduct } from '#client';
import { readPages } from '../api/pages.js';
import { type Session } from '../session.js';
import { print, printJson } from '../terminal/output.js';
import { type Column, type Cell, tableOf } from '../terminal/table.js';
import { grouped } from '../terminal/units.js';
import { stockState } from './stock-text.js';

const COLUMNS: readonly Column[] = [
  { title: 'SKU' },
  { title: 'PRODUCT' },
  { title: 'ON HAND', align: 'right' },
  { title: 'RESERVED', align: 'right' },
  { title: 'AVAILABLE', align: 'right' },
  { title: 'ON ORDER', align: 'right' },
  { title: 'REORDER POINT', align: 'right' },
  { title: 'STOCK' },
];

/** The stock of all products, in units. */
export async function listStock({ api, json }: Session): Promise<void> {
  const page = await readPages((query) => api.read((request) => listProducts({ ...request, query })));
  if (json) return printJson(page);
  if (page.items.length === 0) return print('There is no product.');
  print(await tableOf(COLUMNS, page.items.map(rowOf)), '', 'In units.');
}

function rowOf(product: ShownProduct): Cell[] {
  const { sku, name, stock, reorderPoint } = product;
  const { onHand, reserved, available, onOrder } = stock;
  const numbers = [onHand, reserved, available, onOrder].map(grouped);
  return [sku, name, ...numbers, reorderPoint && grouped(reorderPoint), stockState(product)];
}
