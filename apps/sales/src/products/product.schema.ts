import { type Ledger as SkuLedger, type ProductWithStock, type StockLevel } from '#inventory';
import Type, { type Static } from 'typebox';
import { NextCursor, pageQuery, Sku } from '../identifiers.schema.js';
import { EmailAddress, visibleText } from '../text.schema.js';

const rules = {
  name: visibleText({
    maxLength: 200,
    description: 'without hidden characters: it stands in the subjects of mails',
  }),
  priceKrw: Type.Integer({ minimum: 0, maximum: 100_000_000, description: '0 for a gift' }),
  factoryId: Type.String({ minLength: 1, maxLength: 32 }),
  reorderPoint: Type.Integer({
    minimum: 0,
    maximum: 1_000_000,
    description: 'stock at which a restock order is due; below `targetLevel`',
  }),
  targetLevel: Type.Integer({
    minimum: 1,
    maximum: 1_000_000,
    description: 'what a restock order fills the stock up to; above `reorderPoint`',
  }),
  lotSize: Type.Integer({
    minimum: 1,
    maximum: 100_000,
    description: 'the factory makes whole lots only; a lot may exceed `targetLevel`',
  }),
  maxPerSale: Type.Integer({
    minimum: 1,
    maximum: 1_000_000,
    description: 'may exceed `targetLevel`; what no restock order could ever fill is refused all the same',
  }),
};

export const SaveProduct = Type.Object(
  { ...rules, adManagerEmail: EmailAddress },
  { additionalProperties: false },
);
export type SaveProduct = Static<typeof SaveProduct>;

const Stock = Type.Object({
  onHand: Type.Integer(),
  reserved: Type.Integer(),
  available: Type.Integer(),
  onOrder: Type.Integer(),
});

/** A product as the shop shows it. The ad manager's address stays inside. */
export const Product = Type.Object(
  {
    sku: Sku,
    ...rules,
    // An older version took more names.
    name: Type.String(),
    stock: Stock,
  },
  { title: 'Product' },
);

export const ProductPage = Type.Object({ items: Type.Array(Product), nextCursor: NextCursor });

export const ProductQuery = Type.Object(pageQuery(Sku), { additionalProperties: false });
export type ProductQuery = Static<typeof ProductQuery>;

export const AdjustStock = Type.Object(
  {
    delta: Type.Union(
      [Type.Integer({ minimum: 1, maximum: 1_000_000 }), Type.Integer({ minimum: -1_000_000, maximum: -1 })],
      { description: 'units added, or taken when negative' },
    ),
    note: visibleText({ maxLength: 255, description: 'why: kept in the ledger' }),
  },
  { additionalProperties: false },
);
export type AdjustStock = Static<typeof AdjustStock>;

/** The books of one SKU, all of the same moment. */
export const Ledger = Type.Object(
  {
    sku: Sku,
    stock: Stock,
    totals: Type.Array(
      Type.Object({
        reason: Type.String({ description: 'SALE, GOODS_RECEIPT, ADJUSTMENT or BACKORDER_FILL' }),
        movements: Type.Integer(),
        units: Type.Integer({ description: 'their sum: units added, or taken when negative' }),
      }),
      { description: 'stock movements, one for each reason that has any' },
    ),
    sold: Type.Object(
      { sales: Type.Integer(), units: Type.Integer() },
      { description: 'stored sales with a line of this SKU, and the units of these lines' },
    ),
  },
  { title: 'Ledger' },
);

export function productView({ product, level }: ProductWithStock): Static<typeof Product> {
  return { ...product, stock: stockView(level) };
}

export function ledgerView({ level, totals, sold }: SkuLedger): Static<typeof Ledger> {
  return { sku: level.sku, stock: stockView(level), totals, sold };
}

function stockView({ onHand, reserved, available, onOrder }: StockLevel): Static<typeof Stock> {
  return { onHand, reserved, available, onOrder };
}
