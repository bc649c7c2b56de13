import Type, { type Static } from 'typebox';
import { type ManufactureCallback } from './manufacture.js';

/** One callback that an order will cause. A repeated delivery (`copy` 2) has the same body as its first copy. */
export const Delivery = Type.Object({
  part: Type.Integer(),
  parts: Type.Integer(),
  copy: Type.Integer(),
  /** Whole units. */
  count: Type.Integer(),
  countAsText: Type.Boolean(),
  /** Unix time in ms. */
  dueAt: Type.Integer(),
  state: Type.Enum(['PENDING', 'DELIVERED', 'GIVEN_UP']),
  /** How often the callback was sent so far. */
  tries: Type.Integer(),
  /** The result of the last attempt. */
  lastOutcome: Type.Optional(Type.String()),
});
export type Delivery = Static<typeof Delivery>;

/** An order that the factory has accepted. */
export const Order = Type.Object({
  /** Rises with every order, also across restarts. */
  number: Type.Integer(),
  /** Unix time in ms. */
  acceptedAt: Type.Integer(),
  messageGroupId: Type.String(),
  productId: Type.String(),
  factoryId: Type.String(),
  /** Whole units. */
  count: Type.Integer(),
  /** Of an order through the webhook: another one under the key is not made. */
  idempotencyKey: Type.Optional(Type.String()),
  /** May carry a signature in its query: show it by {@link withoutQuery}. */
  callbackUrl: Type.String(),
  deliveries: Type.Array(Delivery),
});
export type Order = Static<typeof Order>;

/** Whether nothing of the order is left to do. */
export function isSettled(order: Order): boolean {
  return order.deliveries.every((delivery) => delivery.state !== 'PENDING');
}

export function callbackOf(order: Order, delivery: Delivery): ManufactureCallback {
  return {
    MessageGroupId: order.messageGroupId,
    MessageAttributeProductId: order.productId,
    MessageAttributeProductCnt: delivery.countAsText ? String(delivery.count) : delivery.count,
    MessageAttributeFactoryId: order.factoryId,
    MessageSubject: `${order.productId} manufactured`,
    MessageText: `${delivery.count} x ${order.productId} left ${order.factoryId}, ${describeDelivery(delivery)}`,
  };
}

export function describeDelivery(delivery: Delivery): string {
  return `delivery ${delivery.part} of ${delivery.parts}`;
}

/** The URL for logs and lists: its query may hold a signature with which anyone could call. */
export function withoutQuery(url: string): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}
