import Type, { type Static } from 'typebox';
import { keyHeaders } from '../idempotency/idempotency-schema.js';
import { nullable, NullableTime, Sku, Time } from '../identifiers-schema.js';
import { EmailAddress } from '../text-schema.js';

export const PlaceSale = Type.Object(
  {
    lines: Type.Array(
      Type.Object(
        { sku: Sku, quantity: Type.Integer({ minimum: 1, maximum: 1_000_000 }) },
        { additionalProperties: false },
      ),
      { minItems: 1, maxItems: 50 },
    ),
    customerEmail: Type.Optional(nullable(EmailAddress)),
    onShortage: Type.Optional(Type.Literal('reject', { description: 'what to do when stock is short' })),
  },
  { additionalProperties: false },
);
export type PlaceSale = Static<typeof PlaceSale>;

export const SaleHeaders = Type.Object(
  keyHeaders(
    [
      'Visible ASCII. The same key with the same body is one sale, however often it is sent: a repeat gets the first',
      'answer again, with `Idempotent-Replayed: true`. The same key with another body is refused with 422',
      '`SALE.KEY_REUSED`. A refused request does not use the key. A used key lives as long as its sale.',
      'The key is a secret of the client: whoever knows it and the body gets the answer. Take a random UUID for each',
      'sale, never a number that can be guessed.',
    ].join(' '),
  ),
);
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

/** A SKU with too little stock, for a refused buyer. */
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
