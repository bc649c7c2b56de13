import { type DeadLetterSummary } from '#client';
import { type Cell } from '../terminal/table.js';

/** What a letter is about, in a few words: `도넛 (CP-502101)`. */
export function aboutLetter({ about }: Pick<DeadLetterSummary, 'about'>): string | undefined {
  const { sku, productName, factoryId, restockOrderId } = about;
  if (sku) return productSubject(sku, productName);
  if (restockOrderId) return `restock order ${restockOrderId}`;
  return factoryId ? `factory ${factoryId}` : undefined;
}

export function productSubject(sku: string, name: string | null): string {
  return name ? `${name} (${sku})` : sku;
}

/** One line for a choice between letters. */
export function describeLetter(letter: DeadLetterSummary): string {
  const { queue, cause, status } = letter;
  return [queue, cause.code, aboutLetter(letter), status !== 'OPEN' && status].filter(Boolean).join('  ');
}

export function letterState(status: DeadLetterSummary['status']): Cell {
  return status === 'OPEN' ? { text: status, state: 'attention' } : status;
}
