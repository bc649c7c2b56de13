import { type Corruption } from './corruptions.js';
import { type EditableHistory } from './editable-history.js';

/** Ways to make a history false whose buyers wait for goods. */
export const WAIT_CORRUPTIONS: (Corruption & { hasRows: boolean })[] = [
  {
    name: 'a sale that was filled before one that was there earlier',
    rule: 'NOT_OVERTAKEN',
    hasRows: true,
    corrupt(history) {
      const [, later] = twoThatWait(history) ?? [];
      const row = later && history.all('stored-sale').find(({ id }) => id === later);
      if (!row) return undefined;
      delete row.status;
      history.moveClosing(row.lines, -1);
      return `sale ${row.id} is CONFIRMED`;
    },
  },
  {
    name: 'a sale that was seen filled before one that was there earlier',
    rule: 'NOT_OVERTAKEN',
    hasRows: false,
    corrupt(history) {
      const [earlier, later] = twoThatWait(history) ?? [];
      if (!earlier || !later) return undefined;
      for (const { sales } of history.all('seen-sales').slice(-2)) {
        for (const sale of sales) if (sale[0] === later) sale[1] = 'CONFIRMED';
      }
      return `sale ${later} is CONFIRMED`;
    },
  },
  {
    name: 'a sale that waits again after it was filled',
    rule: 'ENDS_ONCE',
    hasRows: false,
    corrupt(history) {
      const [id] = twoThatWait(history) ?? [];
      if (!id) return undefined;
      const { start } = history.all('seen-sales').at(-1)!;
      history.insert({ type: 'seen-sales', start: start - 9, end: start - 8, sales: [[id, 'CONFIRMED']] });
      return `sale ${id} still waits`;
    },
  },
  {
    name: 'a unit more that left the stock for sales that had waited',
    rule: 'COUNT_AGREES',
    hasRows: false,
    corrupt(history) {
      const closing = history.all('closing').find(({ filled = 0 }) => filled > 0);
      if (!closing) return undefined;
      // A request without an answer may be one that was filled.
      const isOpen = ({ mayWait, answer }: { mayWait?: true; answer?: object }) => mayWait && !answer;
      const unknown = history.all('sale').filter(isOpen);
      closing.filled! += 3 * unknown.length + 1;
      return `${closing.filled} units of ${closing.sku} left the stock for such sales`;
    },
  },
];

/** Two single requests for one SKU that wait at the end: the first was answered before the second was sent. */
function twoThatWait(history: EditableHistory): [earlier: string, later: string] | undefined {
  const last = history.all('seen-sales').at(-1)?.sales ?? [];
  const atEnd = new Map(last);
  for (const { id, status } of history.all('stored-sale')) atEnd.set(id, status ?? 'CONFIRMED');
  const asked = history.all('sale');
  // The sale of a request that was repeated may have been made by the other one.
  const isSingle = ({ key }: { key?: string }) => asked.filter((other) => other.key === key).length === 1;
  const open = asked.filter(
    (sale) => sale.answer?.status === 202 && atEnd.get(sale.answer.sale!.id) === 'WAITING' && isSingle(sale),
  );
  for (const one of open) {
    const other = open.find(({ start, lines }) => start > one.end && lines[0]![0] === one.lines[0]![0]);
    if (other) return [one.answer!.sale!.id, other.answer!.sale!.id];
  }
  return undefined;
}
