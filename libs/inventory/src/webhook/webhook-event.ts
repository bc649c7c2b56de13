/** What the shop's own systems are told of. */
export const WEBHOOK_EVENT_TYPES = [
  'sale.confirmed',
  'sale.ended',
  'stock.sold_out',
  'stock.back',
  'restock.overdue',
] as const;
export type WebhookEventType = (typeof WEBHOOK_EVENT_TYPES)[number];

/** An event as it happened, before anybody is told of it. */
export interface WebhookEvent {
  /** The same whenever and to whomever it is sent. It has no dot: the signature is over parts with dots between. */
  id: string;
  type: WebhookEventType;
  /** ISO 8601. */
  at: string;
  data: object;
}

/** The body of a delivery. */
export function deliveryBody({ id, type, at, data }: WebhookEvent, sequence: number): string {
  return JSON.stringify({ id, type, timestamp: at, sequence, data });
}
