import { RESTOCK_ORDER_STATUSES, SALE_STATUSES } from '#inventory';
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

const EXAMPLE_TOKEN = 'mJ4Yb0y1Qk2cXo8n7vTzq3pWfLrS5dHuEaGiN6xKtV0';

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
    onShortage: Type.Optional(
      Type.Enum(['reject', 'backorder'], {
        description:
          'when stock is short: refuse, which is the default, or wait for goods in the order of arrival',
        examples: ['backorder'],
      }),
    ),
    waitUntil: Type.Optional(
      Type.String({
        format: 'date-time',
        maxLength: 40,
        description:
          'with `backorder`: when a sale expires that still waits, 90 days ahead at most; 30 days without it',
        examples: ['2026-12-24T09:00:00Z'],
      }),
    ),
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

const WaitingPlace = Type.Object(
  {
    position: Type.Integer({
      description:
        'in the waitlist, 1 for the next; of several products in the longest one. It gets worse only when goods are lost that were kept',
      examples: [3],
    }),
    waitUntil: { ...Time, description: 'when it expires' },
    arrival: Type.Union(
      [
        Type.Object({
          from: { ...Time, description: 'half of such waits end by then' },
          to: { ...Time, description: 'nine of ten such waits end by then' },
        }),
        Type.Null(),
      ],
      { description: 'when its goods are there; null when that is unknown' },
    ),
    lines: Type.Array(
      Type.Object({
        sku: Sku,
        reservedQuantity: Type.Integer({ description: 'units that are kept for it', examples: [0] }),
        position: {
          ...nullable(Type.Integer({ examples: [3] })),
          description: 'in the waitlist of the product; null when all of its units are kept',
        },
        missingUnits: Type.Integer({
          description: 'units that must arrive: for those before it, and its own',
          examples: [7],
        }),
      }),
    ),
  },
  { title: 'WaitingPlace', description: 'while it is `WAITING`' },
);

export const Sale = Type.Object(
  {
    id: Type.String({ format: 'uuid', examples: [EXAMPLE_ID] }),
    status: Type.Enum([...SALE_STATUSES], {
      description: '`WAITING` for goods, `CONFIRMED`, or ended: `CANCELLED` or `EXPIRED`',
      examples: ['CONFIRMED'],
    }),
    lines: Type.Array(
      Type.Object({
        sku: Sku,
        quantity: Type.Integer({ examples: [2] }),
        unitPriceKrw: Type.Integer({ examples: [19_900] }),
      }),
    ),
    totalKrw: Type.Integer({ examples: [39_800] }),
    customerEmail: {
      ...nullable(Type.String({ examples: [EXAMPLE_EMAIL] })),
      description: 'null when none was given, when it is erased, and for readers who may not see it',
    },
    createdAt: Time,
    waiting: Type.Optional(WaitingPlace),
  },
  { title: 'Sale' },
);

/** The answer to the buyer. */
export const PlacedSale = Type.Object(
  {
    ...Sale.properties,
    token: Type.String({
      description:
        "the buyer's secret, for `X-Sale-Token`. It is not stored; a repeat under the same `Idempotency-Key` gets it again",
      examples: [EXAMPLE_TOKEN],
    }),
  },
  { title: 'PlacedSale' },
);

/** For the route of one sale. */
export const SaleTokenHeader = Type.Object({
  'x-sale-token': Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 255,
      pattern: '^[\\x21-\\x7e]+$',
      description: 'the `token` of the answer to `POST /sales`',
      examples: [EXAMPLE_TOKEN],
    }),
  ),
});
export type SaleTokenHeader = Static<typeof SaleTokenHeader>;

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
    waiting: Type.Optional(
      Type.Boolean({ description: 'whether they still wait for goods', examples: [false] }),
    ),
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
          estimatedFrom: {
            ...NullableTime,
            description: 'half of such orders arrive by then; null when that is unknown',
          },
          estimatedTo: {
            ...NullableTime,
            description: 'nine of ten such orders arrive by then; null when that is unknown',
            examples: ['2026-12-01T09:00:00.000Z'],
          },
        },
        { description: 'null for a product that is not ordered again' },
      ),
    ),
  }),
  { description: 'the products of which there is too little, and when more comes' },
);
