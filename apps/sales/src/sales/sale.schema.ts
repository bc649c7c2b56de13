import Type, { type Static } from 'typebox';
import { nullable, NullableTime, Sku, Time } from '../identifiers.schema.js';

export const PlaceSale = Type.Object(
  {
    lines: Type.Array(
      Type.Object(
        { sku: Sku, quantity: Type.Integer({ minimum: 1, maximum: 1_000_000 }) },
        { additionalProperties: false },
      ),
      { minItems: 1, maxItems: 50 },
    ),
    customerEmail: Type.Optional(nullable(Type.String({ format: 'email', maxLength: 254 }))),
    onShortage: Type.Optional(Type.Literal('reject', { description: 'what to do when stock is short' })),
  },
  { additionalProperties: false },
);
export type PlaceSale = Static<typeof PlaceSale>;

export const SaleHeaders = Type.Object({
  'idempotency-key': Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 255,
      pattern: '^[\\x21-\\x7e]+$',
      description: 'visible ASCII; the same key with the same body is one sale, however often it is sent',
    }),
  ),
});
export type SaleHeaders = Static<typeof SaleHeaders>;

export const Sale = Type.Object(
  {
    id: Type.String({ format: 'uuid' }),
    status: Type.String(),
    lines: Type.Array(Type.Object({ sku: Sku, quantity: Type.Integer(), unitPriceKrw: Type.Integer() })),
    totalKrw: Type.Integer(),
    customerEmail: nullable(Type.String()),
    createdAt: Time,
  },
  { title: 'Sale' },
);

/** What a refused buyer learns of each SKU of which there is not enough. */
export const Shortages = Type.Array(
  Type.Object({
    sku: Sku,
    requestedQuantity: Type.Integer(),
    availableQuantity: Type.Integer(),
    restockOrder: Type.Object({
      id: Type.String({ format: 'uuid' }),
      status: Type.String(),
      quantity: Type.Integer(),
      estimatedAt: NullableTime,
    }),
  }),
);
