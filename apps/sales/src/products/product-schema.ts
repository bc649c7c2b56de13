import {
  type Ledger as SkuLedger,
  type ProductWithStock,
  STOCK_MOVEMENT_REASONS,
  type StockLevel,
} from '#inventory';
import Type, { type Static } from 'typebox';
import { firstPart, strongTag } from '../http/entity-tag.js';
import { NextCursor, pageQuery, Sku } from '../identifiers-schema.js';
import { EXAMPLE_EMAIL, visibleText } from '../text-schema.js';
import {
  internalOptions,
  internalRules,
  options,
  publicOptions,
  publicRules,
  rules,
  rulesOf,
  shownOptions,
} from './product-rules-schema.js';

/** Values that an older version accepted and that are invalid today: answers show them unchanged. */
const storedTexts = {
  name: Type.String({ examples: ['도넛'] }),
  adManagerEmail: Type.String({ examples: [EXAMPLE_EMAIL] }),
};

const Stock = Type.Object(
  {
    onHand: Type.Integer({ description: 'units in the warehouse', examples: [98] }),
    reserved: Type.Integer({ description: 'units of these that are promised to somebody', examples: [0] }),
    available: Type.Integer({ description: 'units that can be bought now', examples: [98] }),
    onOrder: Type.Integer({ description: 'units that are being made', examples: [0] }),
  },
  { title: 'Stock', description: 'in units; changed by sales, goods and adjustments alone' },
);

/** A product as its operators see and save it. */
export const Product = Type.Object(
  { sku: Sku, ...rules, ...options, ...storedTexts, stock: Stock },
  { title: 'Product' },
);

/** A product as GET shows it: the internal rules to operators alone. */
export const ShownProduct = Type.Object(
  {
    sku: Sku,
    ...publicRules,
    ...publicOptions,
    name: storedTexts.name,
    ...Type.Partial(
      Type.Object({ ...internalRules, ...internalOptions, adManagerEmail: storedTexts.adManagerEmail }),
      {
        description: 'with the operations key',
      },
    ).properties,
    stock: Stock,
  },
  { title: 'ShownProduct' },
);

export const ProductPage = Type.Object(
  { items: Type.Array(ShownProduct), nextCursor: NextCursor },
  { title: 'ProductPage' },
);

/** Operators can send back the answer of GET: `sku` must be that of the path, and `stock` is ignored. */
export const SaveProduct = Type.Object(
  {
    ...rules,
    ...Type.Partial(Type.Object(options)).properties,
    openingStock: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 1_000_000,
        writeOnly: true,
        description:
          'units that a new product begins with, before anything is ordered: only where PUT creates it',
        examples: [100],
      }),
    ),
    sku: Type.Optional({ ...Sku, description: 'may be left out; else that of the path' }),
    stock: Type.Optional({ ...Stock, readOnly: true, description: 'not looked at: use an adjustment' }),
  },
  { additionalProperties: false, title: 'SaveProduct' },
);
export type SaveProduct = Static<typeof SaveProduct>;

/** A JSON merge patch (RFC 7396). A member that every product must have may not be null. */
export const ChangeProduct = Type.Partial(Type.Object({ ...rules, ...options }), {
  additionalProperties: false,
  title: 'ChangeProduct',
  examples: [{ priceKrw: 21_900 }],
  description: 'the members to change, as they are to be',
});
export type ChangeProduct = Static<typeof ChangeProduct>;

export const ProductQuery = Type.Object(
  {
    ...pageQuery(Sku),
    inStock: Type.Optional(
      Type.Boolean({ description: 'whether some of it can be bought now', examples: [true] }),
    ),
  },
  { additionalProperties: false },
);
export type ProductQuery = Static<typeof ProductQuery>;

export const AdjustStock = Type.Object(
  {
    delta: Type.Union(
      [Type.Integer({ minimum: 1, maximum: 1_000_000 }), Type.Integer({ minimum: -1_000_000, maximum: -1 })],
      { description: 'units added, or taken when negative', examples: [10] },
    ),
    note: visibleText({
      maxLength: 255,
      description: 'why: kept in the ledger',
      examples: ['found behind the shelf'],
    }),
  },
  { additionalProperties: false, title: 'AdjustStock' },
);
export type AdjustStock = Static<typeof AdjustStock>;

/** The books of one SKU, all of the same moment. */
export const Ledger = Type.Object(
  {
    sku: Sku,
    stock: Stock,
    totals: Type.Array(
      Type.Object({
        reason: Type.Enum([...STOCK_MOVEMENT_REASONS], { examples: ['SALE'] }),
        movements: Type.Integer({ examples: [1] }),
        units: Type.Integer({
          description: 'their sum: units added, or taken when negative',
          examples: [-2],
        }),
      }),
      { description: 'stock movements, one for each reason that has any' },
    ),
    sold: Type.Object(
      { sales: Type.Integer({ examples: [1] }), units: Type.Integer({ examples: [2] }) },
      {
        description:
          'sales that had units of this SKU at once, and these units, returned ones included; others had them from the waitlist (`BACKORDER_FILL`)',
      },
    ),
  },
  { title: 'Ledger' },
);

export function productView({ product, level }: ProductWithStock): Static<typeof Product> {
  return { ...product, ...shownOptions(product), stock: stockView(level) };
}

/** The product as buyers see it. */
export function publicProductView({ product, level }: ProductWithStock): Static<typeof ShownProduct> {
  const { sku, name, priceKrw, maxPerSale } = product;
  return { sku, name, priceKrw, maxPerSale, ...shownOptions(product), stock: stockView(level) };
}

/**
 * The tag of {@link productView}. Its first part covers the rules, and is what PUT and PATCH compare: a sale changes
 * the second part alone, and must not make them fail.
 */
export function productTag({ product, level }: ProductWithStock): string {
  return strongTag(rulesOf(product), stockView(level));
}

export const rulesPart = firstPart;

/** The tag of {@link publicProductView}. It says nothing of the internal rules, which could be guessed from a digest. */
export function publicProductTag(found: ProductWithStock): string {
  return strongTag(publicProductView(found));
}

export function ledgerView({ level, totals, sold }: SkuLedger): Static<typeof Ledger> {
  return { sku: level.sku, stock: stockView(level), totals, sold };
}

function stockView({ onHand, reserved, available, onOrder }: StockLevel): Static<typeof Stock> {
  return { onHand, reserved, available, onOrder };
}
