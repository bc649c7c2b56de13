import Type, { type Static } from 'typebox';
import { Id, NextCursor, NullableTime, pageQuery, Sku, Time } from '../identifiers.schema.js';

const status = Type.Enum(['REQUESTED', 'ORDERED', 'OVERDUE', 'DEAD_LETTERED', 'RECEIVED', 'CANCELLED']);

const restockOrder = {
  id: Id,
  sku: Sku,
  factoryId: Type.String(),
  quantity: Type.Integer(),
  receivedQuantity: Type.Integer(),
  status,
  attempts: Type.Integer(),
  lastError: Type.Union([Type.String(), Type.Null()]),
  requestedAt: Time,
  orderedAt: NullableTime,
  expectedAt: NullableTime,
  deadlineAt: NullableTime,
  closedAt: NullableTime,
};

export const RestockOrder = Type.Object(restockOrder, { title: 'RestockOrder' });

export const RestockOrderWithTimeline = Type.Object(
  {
    ...restockOrder,
    timeline: Type.Array(Type.Object({ at: Time, kind: Type.String(), detail: Type.String() })),
  },
  { title: 'RestockOrderWithTimeline' },
);

export const RestockOrderPage = Type.Object({ items: Type.Array(RestockOrder), nextCursor: NextCursor });

export const RestockOrderQuery = Type.Object(
  { ...pageQuery(Id), sku: Type.Optional(Sku), status: Type.Optional(status) },
  { additionalProperties: false },
);
export type RestockOrderQuery = Static<typeof RestockOrderQuery>;
