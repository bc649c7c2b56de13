import { type EditableHistory } from './editable-history.js';

/** One way to make a true history false. */
export interface Corruption {
  name: string;
  /** The rule that the history then breaks. */
  rule: string;
  /**
   * Changes the lines in place.
   *
   * @returns a text that the excerpt must show, or nothing when this history has nothing to corrupt
   */
  corrupt: (history: EditableHistory) => string | undefined;
}

const DAY_MS = 86_400_000;

const later = (time: string | number, ms: number) => new Date(new Date(time).getTime() + ms).toISOString();

const middle = <Item>(items: readonly Item[]): Item | undefined => items[items.length >> 1];

export const CORRUPTIONS: Corruption[] = [
  {
    name: 'a row removed',
    rule: 'STORED',
    corrupt(history) {
      const sold = middle(history.singleSales());
      const row = sold && history.row(sold);
      if (!row) return undefined;
      history.remove(row);
      return row.id;
    },
  },
  {
    name: 'one sale fewer than were answered',
    rule: 'COUNT_AGREES',
    corrupt(history) {
      const closing = history.all('closing').find(({ sold }) => sold && sold.sales > 0);
      if (!closing) return undefined;
      // Every sale without an answer may be one that is not there.
      const unknown = history
        .all('sale')
        .filter(({ answer, lines }) => !answer && lines.some(([sku]) => sku === closing.sku));
      closing.sold!.sales -= unknown.length + 1;
      return `the tables have ${closing.sold!.sales} sales of ${closing.sku}`;
    },
  },
  {
    name: 'a unit too many in a row',
    rule: 'SAME_SALE',
    corrupt(history) {
      const row = middle(history.all('stored-sale'));
      if (!row) return undefined;
      row.lines = row.lines.map(([sku, quantity, price], index) => [
        sku,
        index === 0 ? quantity + 1 : quantity,
        price,
      ]);
      return row.id;
    },
  },
  {
    name: 'another price in an answer',
    rule: 'SAME_SALE',
    corrupt(history) {
      const sale = middle(history.singleSales())?.answer?.sale;
      if (!sale) return undefined;
      sale.lines = sale.lines.map(([sku, quantity, price]) => [sku, quantity, price + 1]);
      return sale.id;
    },
  },
  {
    name: 'a unit that disappeared',
    rule: 'STOCK_AGREES',
    corrupt(history) {
      const closing = history.all('closing').find(({ onHand }) => onHand > 0);
      if (!closing) return undefined;
      closing.onHand -= 1;
      return `${closing.onHand} on hand after the run`;
    },
  },
  {
    name: 'a refusal with stock',
    rule: 'REFUSED_WITHOUT_STOCK',
    corrupt(history) {
      const sold = history.singleSales().find(({ lines }) => lines.length === 1);
      const row = sold && history.row(sold);
      if (!row) return undefined;
      history.remove(row);
      history.moveClosing(sold.lines, 1);
      sold.answer = { status: 409, code: 'STOCK.INSUFFICIENT', shortages: [[sold.lines[0]![0], 0]] };
      return sold.client;
    },
  },
  {
    name: 'a replay with another body',
    rule: 'SAME_REPLAY',
    corrupt(history) {
      const replay = middle(history.replays());
      if (!replay) return undefined;
      replay.answer!.body = 'another';
      return replay.answer!.sale!.id;
    },
  },
  {
    name: 'a replay with another sale',
    rule: 'SAME_REPLAY',
    corrupt(history) {
      const replay = middle(history.replays());
      if (!replay) return undefined;
      replay.answer!.sale = { ...replay.answer!.sale!, id: 'another-sale' };
      return 'another-sale';
    },
  },
  {
    name: 'a replay that is not marked',
    rule: 'REPLAY_MARKED',
    corrupt(history) {
      const replay = middle(history.replays());
      if (!replay) return undefined;
      delete replay.answer!.replayed;
      return replay.answer!.sale!.id;
    },
  },
  {
    name: 'a first answer that is marked as a replay',
    rule: 'REPLAY_MARKED',
    corrupt(history) {
      const sold = middle(history.singleSales());
      if (!sold) return undefined;
      sold.answer!.replayed = true;
      return sold.answer!.sale!.id;
    },
  },
  {
    name: 'an answer before its row',
    rule: 'IN_TIME',
    corrupt(history) {
      const sold = middle(history.singleSales());
      const row = sold && history.row(sold);
      if (!row) return undefined;
      const createdAt = later(sold.end, 5);
      row.createdAt = createdAt;
      sold.answer!.sale!.createdAt = createdAt;
      return sold.answer!.sale!.id;
    },
  },
  {
    name: 'a row before its request',
    rule: 'IN_TIME',
    corrupt(history) {
      const sold = middle(history.singleSales());
      const row = sold && history.row(sold);
      if (!row) return undefined;
      const createdAt = later(sold.start, -5);
      row.createdAt = createdAt;
      sold.answer!.sale!.createdAt = createdAt;
      return sold.answer!.sale!.id;
    },
  },
  {
    name: 'a sale that was stored twice',
    rule: 'STORED_ONCE',
    corrupt(history) {
      const row = middle(history.all('stored-sale').filter(({ key }) => key));
      if (!row) return undefined;
      history.insert({ ...row, id: 'second-row' });
      history.moveClosing(row.lines, -1);
      return 'second-row';
    },
  },
  {
    name: 'a sale that no request asked for',
    rule: 'REQUESTED',
    corrupt(history) {
      const row = middle(history.all('stored-sale'));
      if (!row) return undefined;
      history.insert({ ...row, id: 'unrequested', key: 'unrequested', client: 'unrequested' });
      history.moveClosing(row.lines, -1);
      return 'unrequested';
    },
  },
  {
    name: 'a sale that was refused',
    rule: 'REFUSED_NOT_STORED',
    corrupt(history) {
      const requests = Map.groupBy(history.all('sale'), ({ key, client }) => key ?? client);
      const refused = history.refused().find(({ key, client }) => requests.get(key ?? client)!.length === 1);
      if (!refused) return undefined;
      const { key, client, lines, start } = refused;
      history.insert({
        type: 'stored-sale',
        id: 'refused-sale',
        ...(key && { key }),
        client,
        lines: lines.map(([sku, quantity]) => [sku, quantity, 1_000]),
        createdAt: later(start, 0),
      });
      return 'refused-sale';
    },
  },
  {
    name: 'a refusal after the sale',
    rule: 'STAYS_SOLD',
    corrupt(history) {
      const sold = history.singleSales().findLast(({ key }) => key);
      if (!sold) return undefined;
      const start = sold.end + DAY_MS;
      history.insert({ ...sold, start, end: start + 1, answer: { status: 409, code: 'STOCK.INSUFFICIENT' } });
      return sold.answer!.sale!.id;
    },
  },
  {
    name: 'a unit that was sold and was not there',
    rule: 'NOT_OVERSOLD',
    corrupt(history) {
      const { sku } = history.all('closing').find(({ onHand }) => onHand === 0) ?? {};
      const opening = history.all('opening').find((reading) => reading.sku === sku);
      if (!opening) return undefined;
      opening.onHand -= 1;
      return `${opening.onHand} of ${sku} on hand before the run`;
    },
  },
  {
    name: 'a shortage of units that were never there',
    rule: 'TRUE_SHORTAGE',
    corrupt(history) {
      const refused = middle(history.refused().filter(({ answer }) => answer!.shortages));
      if (!refused) return undefined;
      refused.answer!.shortages = refused.answer!.shortages!.map(([sku]) => [sku, 1_000_000]);
      return refused.client;
    },
  },
  ...(['stored-adjustment', 'stored-goods-receipt'] as const).flatMap((type): Corruption[] => [
    {
      name: `a ${type} that was applied twice`,
      rule: 'CHANGED_ONCE',
      corrupt(history) {
        const [change] = history.all(type);
        if (!change) return undefined;
        history.insert({ ...change });
        history.moveClosing([[change.sku, change.delta]], 1);
        return `${change.delta} of ${change.sku}`;
      },
    },
    {
      name: `a ${type} that was accepted and forgotten`,
      rule: 'CHANGE_APPLIED',
      corrupt(history) {
        const requests = history.all('adjustment').concat(history.all('goods-receipt') as never[]);
        const change = history
          .all(type)
          .find(({ reference }) => requests.some((one) => one.reference === reference && one.answer));
        if (!change) return undefined;
        history.remove(change);
        return change.reference;
      },
    },
    {
      name: `a ${type} that nobody requested`,
      rule: 'CHANGE_REQUESTED',
      corrupt(history) {
        const { sku } = history.all('closing')[0]!;
        history.insert({ type, reference: 'unrequested', sku, delta: 3 });
        history.moveClosing([[sku, 3]], 1);
        return `3 of ${sku}`;
      },
    },
  ]),
  {
    name: 'a dead letter that disappeared',
    rule: 'CHANGE_APPLIED',
    corrupt(history) {
      const [letter] = history.all('stored-dead-letter');
      if (!letter) return undefined;
      history.remove(letter);
      return letter.reference;
    },
  },
];
