import Type, { type Static } from 'typebox';

const Id = Type.String({ format: 'uuid' });

const closed = { additionalProperties: false };

/** An event that happened. */
const Event = Type.Object(
  {
    id: Type.String({ minLength: 1, maxLength: 80 }),
    type: Type.Enum(['sale.ended', 'stock.sold_out', 'stock.back', 'restock.overdue']),
    /** ISO 8601. */
    at: Type.String({ format: 'date-time' }),
    data: Type.Record(Type.String(), Type.Unknown()),
  },
  closed,
);

/**
 * Has the worker tell the shop's own systems: record an event or the sales of a batch for the endpoints that want them, deliver what
 * is due to an endpoint, or deliver an event that was given up once more.
 */
export const WebhookMessage = Type.Union([
  Type.Object({ event: Event }, closed),
  Type.Object({ saleIds: Type.Array(Id, { minItems: 1, maxItems: 5_000 }) }, closed),
  Type.Object({ endpointId: Id }, closed),
  Type.Object({ deliveryId: Id }, closed),
]);
export type WebhookMessage = Static<typeof WebhookMessage>;
