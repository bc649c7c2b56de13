import Type, { type Static } from 'typebox';
import { nullable, NullableTime, Sku, Time } from '../identifiers.schema.js';
import { EmailAddress } from '../text.schema.js';

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

const VISIBLE_ASCII = '^[\\x21-\\x7e]+$';

export const SaleHeaders = Type.Object({
  'idempotency-key': Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 255,
      pattern: VISIBLE_ASCII,
      description: [
        'Visible ASCII. The same key with the same body is one sale, however often it is sent: a repeat gets the first',
        'answer again, with `Idempotent-Replayed: true`. The same key with another body is refused with 422',
        '`SALE.KEY_REUSED`. A refused request does not use the key. A used key lives as long as its sale.',
        'The key is a secret of the client: whoever knows it and the body gets the answer. Take a random UUID for each',
        'sale, never a number that can be guessed.',
      ].join(' '),
      examples: ['5f0c3f0a-6d3e-4b5e-9c56-3f1f6f0c8a51'],
    }),
  ),
  'x-client-id': Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 64,
      pattern: VISIBLE_ASCII,
      description: [
        'Visible ASCII. The name space of the idempotency key: clients with different ids may use the same key for',
        'different sales. Clients that send none share one name space. It prevents accidents, not attacks: nobody checks',
        'who sends which id.',
      ].join(' '),
      examples: ['web-shop'],
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
