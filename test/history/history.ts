import Type, { type Static, type TProperties } from 'typebox';

/**
 * The format of a history: one run as its clients saw it, and the tables after it. A file has one JSON object a line.
 * `docs/histories.md` describes it.
 *
 * Times are milliseconds since 1970 by the clock of the machine. The start of an operation is rounded down and its end is
 * rounded up, so that the operation took effect between the two.
 */

const line = <Kind extends string, Properties extends TProperties>(type: Kind, properties: Properties) =>
  Type.Object({ type: Type.Literal(type), ...properties }, { additionalProperties: false });

const text = Type.String({ minLength: 1 });
const units = Type.Integer({ minimum: 0 });
const quantity = Type.Integer({ minimum: 1 });
const status = Type.Integer({ minimum: 100, maximum: 599 });

/** `[sku, quantity, unitPriceKrw]` */
const SoldLine = Type.Tuple([text, quantity, units]);
export type SoldLine = Static<typeof SoldLine>;
const SoldLines = Type.Array(SoldLine);

const operation = { client: text, start: Type.Number(), end: Type.Number() };

const stockReading = { sku: text, onHand: units, reserved: units };

const storedStockChange = {
  /** Identifies the change, as in its requests. */
  reference: text,
  sku: text,
  delta: Type.Integer(),
  /** When a client saw its effect, if one did. Before this time the change may not have been there. */
  seenAt: Type.Optional(Type.Number()),
};

const stockChange = {
  ...operation,
  /** Identifies the change, however often it is requested. */
  reference: text,
  /** A 2xx accepts the change. Absent: no answer came, so the outcome is unknown. */
  answer: Type.Optional(Type.Object({ status })),
};

export const HISTORY_VERSION = 1;

export const HISTORY_LINES = {
  /** The first line. */
  history: line('history', {
    version: Type.Literal(HISTORY_VERSION),
    /** The tool that recorded the history. */
    source: text,
  }),

  /** The units of a SKU before the run. */
  opening: line('opening', stockReading),

  /** The units of a SKU when the run has ended and every request is settled. */
  closing: line('closing', {
    ...stockReading,
    /** The sales in the tables, where the recorder cannot read their rows. */
    sold: Type.Optional(Type.Object({ sales: units, units })),
    /** Likewise the units of sales that were filled after they had waited. They are not among `sold`. */
    filled: Type.Optional(units),
  }),

  /** One request for a sale, with its answer. */
  sale: line('sale', {
    ...operation,
    /** The idempotency key, if the request had one. Keys of two name spaces must differ. */
    key: Type.Optional(text),
    /** `[sku, quantity]` */
    lines: Type.Array(Type.Tuple([text, quantity])),
    /** With goods missing it waits, instead of being refused. */
    mayWait: Type.Optional(Type.Literal(true)),
    /** Absent: no answer came, so the outcome is unknown. */
    answer: Type.Optional(
      Type.Object({
        status,
        /** The code of a refusal. */
        code: Type.Optional(text),
        /** The answer calls itself a replay. */
        replayed: Type.Optional(Type.Literal(true)),
        /** A digest of the body of a 201, to compare answers. */
        body: Type.Optional(text),
        /** Of a 201, of a 202, and of a 200, which repeats one that has ended. */
        sale: Type.Optional(
          Type.Object({
            id: text,
            lines: SoldLines,
            totalKrw: units,
            createdAt: text,
            /** Unless it is confirmed. */
            status: Type.Optional(text),
          }),
        ),
        /** Of a refusal: `[sku, availableQuantity]` of each SKU that was short. */
        shortages: Type.Optional(Type.Array(Type.Tuple([text, units]))),
      }),
    ),
  }),

  /** What an answer told of sales: each has had its status at some moment between the two times. */
  'seen-sales': line('seen-sales', {
    start: Type.Number(),
    end: Type.Number(),
    /** `[id, status]` */
    sales: Type.Array(Type.Tuple([text, text])),
  }),

  /** One request that changes stock, with its answer. */
  'goods-receipt': line('goods-receipt', stockChange),
  adjustment: line('adjustment', stockChange),

  /** A sale in the tables after the run. */
  'stored-sale': line('stored-sale', {
    id: text,
    key: Type.Optional(text),
    /** The buyer, where the recorder knows it: it leads from a sale without a key to its request. */
    client: Type.Optional(text),
    lines: SoldLines,
    createdAt: text,
    /** Unless it is confirmed. */
    status: Type.Optional(text),
    /** It was made without all of its units. */
    hasWaited: Type.Optional(Type.Literal(true)),
  }),

  /** A change of stock in the tables after the run. */
  'stored-goods-receipt': line('stored-goods-receipt', storedStockChange),
  'stored-adjustment': line('stored-adjustment', storedStockChange),
  /** Units that came back, because a confirmed sale was cancelled. */
  'stored-return': line('stored-return', storedStockChange),

  /** A goods receipt that was accepted, and is a dead letter after the run. */
  'stored-dead-letter': line('stored-dead-letter', { reference: text }),

  /** The last line. Without it the history is incomplete. */
  end: line('end', {
    /** Which rows the history has: all, or none, because the recorder cannot read the tables. */
    rows: Type.Union([Type.Literal('all'), Type.Literal('none')]),
    operations: units,
    /** Operations that were left out, because the history had reached its limit. */
    omitted: units,
    /** The largest step of the machine's clock during the run, in ms. */
    clockErrorMs: Type.Number({ minimum: 0 }),
  }),
};

export type HistoryLineType = keyof typeof HISTORY_LINES;
export type HistoryLine = {
  [Kind in HistoryLineType]: Static<(typeof HISTORY_LINES)[Kind]>;
}[HistoryLineType];
export type LineOf<Kind extends HistoryLineType> = Static<(typeof HISTORY_LINES)[Kind]>;

export type SaleOperation = LineOf<'sale'>;
export type StoredSale = LineOf<'stored-sale'>;
export type StockChangeOperation = LineOf<'goods-receipt' | 'adjustment'>;
export type StoredStockChange = LineOf<'stored-goods-receipt' | 'stored-adjustment' | 'stored-return'>;
export type SeenSales = LineOf<'seen-sales'>;
export type HistoryEnd = LineOf<'end'>;
