import { type OrderWithTimeline, RESTOCK_ORDER_STATUSES, type RestockOrder as Entity } from '#inventory';
import Type, { type Static } from 'typebox';
import { strongTag } from '../http/entity-tag.js';
import {
  Id,
  NextCursor,
  nullable,
  NullableTime,
  pageQuery,
  Sku,
  Time,
  timeRangeQuery,
} from '../identifiers-schema.js';

const status = Type.Enum([...RESTOCK_ORDER_STATUSES], { examples: ['ORDERED'] });

/** The facts for a buyer who waits for goods. */
const publicOrder = {
  id: Id,
  sku: Sku,
  quantity: Type.Integer({ description: 'units', examples: [100] }),
  receivedQuantity: Type.Integer({ description: 'units of these that have come', examples: [0] }),
  status,
  requestedAt: Time,
  expectedAt: NullableTime,
  expectedFrom: {
    ...NullableTime,
    description: 'as it was stated when the factory accepted the order: half of such orders arrive by then',
  },
  expectedTo: {
    ...NullableTime,
    description: 'stated with it: nine of ten such orders arrive by then',
    examples: ['2026-12-01T09:00:00.000Z'],
  },
  closedAt: { ...NullableTime, examples: [null] },
};

/** How the order fares at the factory. The texts may name people, hosts and what the factory answered. */
const internalOrder = {
  factoryId: Type.String({ examples: ['FF-500293'] }),
  attempts: Type.Integer({ description: 'calls of the factory for this order, so far', examples: [1] }),
  lastError: nullable(Type.String({ examples: [null] })),
  nextAttemptAt: { ...NullableTime, examples: [null] },
  orderedAt: NullableTime,
  deadlineAt: NullableTime,
};

const timeline = Type.Array(
  Type.Object({
    at: Time,
    kind: Type.String({ examples: ['ORDERED'] }),
    detail: Type.String({ examples: ['100 units of CP-502101 at FF-500293'] }),
  }),
  {
    description:
      'first to last. Deleted 90 days after the order was closed, or after the time that the shop has set: then it is empty',
  },
);

const withKey = <Properties extends Type.TProperties>(properties: Properties) =>
  Type.Partial(Type.Object(properties), { description: 'with the operations key' }).properties;

/** An order as GET shows it: the internal members to operators alone. */
export const ShownRestockOrder = Type.Object(
  { ...publicOrder, ...withKey(internalOrder) },
  { title: 'ShownRestockOrder' },
);

/** The same with its timeline, which operators alone see. */
export const ShownRestockOrderWithTimeline = Type.Object(
  { ...publicOrder, ...withKey({ ...internalOrder, timeline }) },
  { title: 'ShownRestockOrderWithTimeline' },
);

/** An order as its operators see it. */
export const RestockOrderWithTimeline = Type.Object(
  { ...publicOrder, ...internalOrder, timeline },
  { title: 'RestockOrderWithTimeline' },
);

export const RestockOrderPage = Type.Object(
  { items: Type.Array(ShownRestockOrder), nextCursor: NextCursor },
  { title: 'RestockOrderPage' },
);

export const RestockOrderQuery = Type.Object(
  {
    ...pageQuery(Id),
    ...timeRangeQuery('opened'),
    sku: Type.Optional(Sku),
    status: Type.Optional(status),
  },
  { additionalProperties: false },
);
export type RestockOrderQuery = Static<typeof RestockOrderQuery>;

export function publicOrderView(order: Entity) {
  const { id, sku, quantity, receivedQuantity, status, requestedAt, expectedAt, closedAt } = order;
  const { expectedFrom, expectedTo } = order;
  return {
    ...{ id, sku, quantity, receivedQuantity, status, requestedAt },
    ...{ expectedAt, expectedFrom, expectedTo, closedAt },
  };
}

export function orderView(order: Entity) {
  const { factoryId, attempts, lastError, nextAttemptAt, orderedAt, deadlineAt } = order;
  return {
    ...publicOrderView(order),
    factoryId,
    attempts,
    lastError,
    nextAttemptAt,
    orderedAt,
    deadlineAt,
  };
}

export function orderWithTimelineView({ order, timeline }: OrderWithTimeline) {
  return {
    ...orderView(order),
    timeline: timeline.map(({ createdAt, kind, detail }) => ({ at: createdAt, kind, detail })),
  };
}

/** The tag of any of these views. */
export const orderTag = (view: object) => strongTag(view);
