import { type ShownProduct } from '#client';
import { type Cell } from '../terminal/table.js';
import { count, grouped } from '../terminal/units.js';

export const units = (value: number) => count(value, 'unit');

/** How the stock of a product stands to its reorder point. */
export function stockState({ stock, reorderPoint }: Pick<ShownProduct, 'stock' | 'reorderPoint'>): Cell {
  if (stock.available <= 0) return { text: 'sold out', state: 'bad' };
  if (reorderPoint !== undefined && stock.available <= reorderPoint)
    return { text: 'low', state: 'attention' };
  return { text: 'enough', state: 'good' };
}

/** With its sign: what came and what went. */
export function signed(value: number): string {
  return value > 0 ? `+${grouped(value)}` : grouped(value);
}
