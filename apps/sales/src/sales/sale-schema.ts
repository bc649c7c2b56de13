import { RESTOCK_ORDER_STATUSES } from '#inventory';
import Type, { type Static } from 'typebox';
import { keyHeaders, KeyText } from '../idempotency/idempotency-schema.js';
import {
  EXAMPLE_ID,
  Id,
  NextCursor,
  nullable,
  NullableTime,
  pageQuery,
  Sku,
  Time,
  timeRangeQuery,
} from '../identifiers-schema.js';
import { EmailAddress, EXAMPLE_EMAIL } from '../text-schema.js';

export const PlaceSale = Type.Object(
  {
    lines: Type.Array(
      Type.Object(
        { sku: Sku, quantity: Type.Integer({ minimum: 1, maximum: 1_000_000, examples: [2] }) },
        { additionalProperties: false },
      ),
      { minItems: 1, maxItems: 50, description: 'bought together: all of them or none' },
    ),
    customerEmail: Type.Optional(nullable(EmailAddress)),
    onShortage: Type.Optional(Type.Literal('reject', { description: 'what to do when stock is short' })),
  },
  { additionalProperties: false, title: 'PlaceSale' },
);
export type PlaceSale = Static<typeof PlaceSale>;

export const SaleHeaders = Type.Object({
  'x-customer-token': Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 4_096,
      pattern: '^[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+$',
      description: [
        'A compact JWT (HS256) of the back end of the shop, with `sub`, the id of the customer, and `exp`. It proves who buys,',
        'for products with `maxPerCustomer`. Without it the e-mail address counts.',
      ].join(' '),
      examples: ['eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI3IiwiZXhwIjo0MTAyNDQ0ODAwfQ.c2lnbmF0dXJl'],
    }),
  ),
  ...keyHeaders(
    [
      'Visible ASCII. The same key with the same body is one sale, however often it is sent: a repeat gets the first',
      'answer again, with `Idempotent-Replayed: true`. The same key with another body is refused with 422',
      '`SALE.KEY_REUSED`. A refused request does not use the key. A used key lives as long as its sale.',
      'The key is a secret of the client: whoever knows it and the body gets the answer. Take a random UUID for each',
      'sale, never a number that can be guessed.',
    ].join(' '),
  ),
});
export type SaleHeaders = Static<typeof SaleHeaders>;

export const Sale = Type.Object(
  {
    id: Type.String({ format: 'uuid', examples: [EXAMPLE_ID] }),
    status: Type.Enum(['CONFIRMED']),
    lines: Type.Array(
      Type.Object({
        sku: Sku,
        quantity: Type.Integer({ examples: [2] }),
        unitPriceKrw: Type.Integer({ examples: [19_900] }),
      }),
    ),
    totalKrw: Type.Integer({ examples: [39_800] }),
    customerEmail: nullable(Type.String({ examples: [EXAMPLE_EMAIL] })),
    createdAt: Time,
  },
  { title: 'Sale' },
);

export const SalePage = Type.Object(
  { items: Type.Array(Sale), nextCursor: NextCursor },
  { title: 'SalePage' },
);

export const SaleQuery = Type.Object(
  {
    ...pageQuery(Id),
    ...timeRangeQuery('sold'),
    idempotencyKey: Type.Optional({
      ...KeyText,
      description: 'the sale under this `Idempotency-Key`; without `clientId`, of a client that sent none',
      examples: ['5f0c3f0a-6d3e-4b5e-9c56-3f1f6f0c8a51'],
    }),
    clientId: Type.Optional({
      ...KeyText,
      maxLength: 64,
      description: 'the `X-Client-Id` that was sent with the key: only beside `idempotencyKey`',
      examples: ['web-shop'],
    }),
    customerEmail: Type.Optional({ ...EmailAddress, description: 'as the buyer gave it' }),
    sku: Type.Optional({ ...Sku, description: 'sales with a line of it' }),
  },
  { additionalProperties: false },
);
export type SaleQuery = Static<typeof SaleQuery>;

/** The SKUs with too little stock, for a refused buyer. */
export const Shortages = Type.Array(
  Type.Object({
    sku: Sku,
    requestedQuantity: Type.Integer({ examples: [2] }),
    availableQuantity: Type.Integer({ examples: [0] }),
    restockOrder: nullable(
      Type.Object(
        {
          id: Type.String({ format: 'uuid', examples: [EXAMPLE_ID] }),
          status: Type.Enum([...RESTOCK_ORDER_STATUSES], { examples: ['ORDERED'] }),
          quantity: Type.Integer({ description: 'units that are being made', examples: [100] }),
          estimatedAt: NullableTime,
        },
        { description: 'null for a product that is not ordered again' },
      ),
    ),
  }),
  { description: 'the products of which there is too little, and when more comes' },
);
