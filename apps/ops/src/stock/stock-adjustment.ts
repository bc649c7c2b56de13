import { adjustStock } from '#client';
import { usageFailure } from '../failure.js';
import { type CommonOptions, type Session } from '../session.js';
import { print, printJson } from '../terminal/output.js';
import { printable } from '../terminal/printable.js';
import { signed, units } from './stock-text.js';

export interface AdjustOptions {
  note: string;
}

/** Corrects the stock of a product. */
export async function adjust(
  { api, json }: Session,
  { note }: AdjustOptions & CommonOptions,
  sku: string,
  delta: number,
): Promise<void> {
  if (delta === 0) throw usageFailure('An adjustment by 0 changes nothing: give the units to add or to take');
  const product = await api.write((request) =>
    adjustStock({ ...request, path: { sku }, body: { delta, note } }),
  );
  if (json) return printJson(product);
  const { onHand, available } = product.stock;
  print(
    `${printable(product.name)} (${sku}): ${signed(delta)}, now ${units(onHand)} on hand, ${units(available)} available`,
  );
}
