import { type Moment } from './contradiction.js';
import { type SaleOperation, type StockChangeOperation, type StoredSale } from './history.js';

const SHOWN_CHARACTERS = 60;

/** The two moments of a request for a sale: it is sent, and it is answered. */
export function momentsOf(operation: SaleOperation): Moment[] {
  const { client, key, lines, start, end } = operation;
  const withKey = key === undefined ? 'without a key' : `with key ${short(key)}`;
  return [
    { time: start, text: `${short(client)} requests ${linesText(lines)} ${withKey}` },
    { time: end, text: `${short(client)} ${answerText(operation)}` },
  ];
}

export function momentsOfChange({
  type,
  client,
  reference,
  start,
  end,
  answer,
}: StockChangeOperation): Moment[] {
  const what = type === 'adjustment' ? 'an adjustment' : 'a goods receipt';
  return [
    { time: start, text: `${short(client)} requests ${what}, ${short(reference)}` },
    { time: end, text: `${short(client)} is answered ${answer?.status ?? 'nothing'}` },
  ];
}

export function momentOfRow({ id, key, lines, createdAt, status }: StoredSale): Moment {
  const withKey = key === undefined ? 'without a key' : `with key ${short(key)}`;
  return {
    time: Date.parse(createdAt),
    text: `the tables have sale ${id}${status ? ` (${status})` : ''}: ${linesText(lines)} ${withKey}`,
  };
}

function answerText({ answer }: SaleOperation): string {
  if (!answer) return 'gets no answer';
  const { status, code, replayed, sale, shortages } = answer;
  const details = [
    code,
    replayed && 'as a replay',
    sale && `sale ${sale.id}${sale.status ? ` (${sale.status})` : ''}: ${linesText(sale.lines)}`,
    shortages && shortages.map(([sku, available]) => `${sku} has ${available}`).join(', '),
  ];
  return `is answered ${[status, ...details.filter(Boolean)].join(', ')}`;
}

export function linesText(
  lines: readonly (readonly [sku: string, quantity: number, ...rest: number[]])[],
): string {
  return lines.map(([sku, quantity]) => `${quantity} of ${sku}`).join(' and ');
}

function short(text: string): string {
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
}
