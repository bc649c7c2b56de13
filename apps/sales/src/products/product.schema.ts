import { type ProductWithStock } from '#inventory';
import Type, { type Static } from 'typebox';
import { NextCursor, pageQuery, Sku } from '../identifiers.schema.js';

const rules = {
  name: Type.String({
    minLength: 1,
    maxLength: 200,
    pattern: '^[^\\p{Cc}\\p{Cs}]*$',
    description: 'without control characters: it stands in the subjects of mails',
  }),
  priceKrw: Type.Integer({ minimum: 0, maximum: 100_000_000 }),
  factoryId: Type.String({ minLength: 1, maxLength: 32 }),
  reorderPoint: Type.Integer({ minimum: 0, maximum: 1_000_000 }),
  targetLevel: Type.Integer({ minimum: 1, maximum: 1_000_000 }),
  lotSize: Type.Integer({ minimum: 1, maximum: 100_000 }),
  maxPerSale: Type.Integer({ minimum: 1, maximum: 1_000_000 }),
};

export const SaveProduct = Type.Object(
  { ...rules, adManagerEmail: Type.String({ format: 'email', maxLength: 254 }) },
  { additionalProperties: false },
);
export type SaveProduct = Static<typeof SaveProduct>;

/** A product as the shop shows it. The ad manager's address stays inside. */
export const Product = Type.Object(
  {
    sku: Sku,
    ...rules,
    stock: Type.Object({
      onHand: Type.Integer(),
      reserved: Type.Integer(),
      available: Type.Integer(),
      onOrder: Type.Integer(),
    }),
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
    note: Type.String({ minLength: 1, maxLength: 255, description: 'why: kept in the ledger' }),
  },
  { additionalProperties: false },
);
export type AdjustStock = Static<typeof AdjustStock>;

export function productView({ product, level }: ProductWithStock): Static<typeof Product> {
  const { onHand, reserved, available, onOrder } = level;
  return { ...product, stock: { onHand, reserved, available, onOrder } };
}
