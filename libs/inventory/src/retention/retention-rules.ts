import { type EntityManager, In, LessThan } from 'typeorm';
import { DeadLetterJob } from '../dead-letter/dead-letter-job.entity.js';
import { DeadLetterJobItem } from '../dead-letter/dead-letter-job-item.entity.js';
import { DeadLetter } from '../dead-letter/dead-letter.entity.js';
import { DeliveryFailure } from '../dead-letter/delivery-failure.entity.js';
import { KeyedRequest } from '../idempotency/keyed-request.entity.js';
import { OutboxMessage } from '../outbox/outbox-message.entity.js';
import { RestockOrderEvent } from '../restock/restock-order-event.entity.js';
import { CustomerPurchase } from '../sale/customer-purchase.entity.js';
import { WebhookDelivery } from '../webhook/webhook-delivery.entity.js';
import { WebhookEndpoint } from '../webhook/webhook-endpoint.entity.js';
import { oldMails } from './old-mails.js';
import { type OldRowsQuery, oldRows } from './old-rows.js';

/** Finds what may be deleted of one kind, given the time before which it is old. */
type RetentionRule = (manager: EntityManager, before: Date) => Promise<OldRowsQuery[]>;

/** Every kind of row that is ever deleted by its age. Sales, the ledger, goods receipts, restock orders and the audit are not. */
export const RETENTION_RULES = {
  /** An open one has no such time. It waits for a person, however old it is. */
  dead_letters: async (manager, before) => [
    oldRows(manager, DeadLetter, 'ix_dead_letter_resolved_at')
      .where({ resolvedAt: LessThan(before) })
      .orderBy('old.resolvedAt'),
  ],
  /** By when they were planned: no job runs for as long. */
  dead_letter_job_items: async (manager, before) => [
    oldRows(manager, DeadLetterJobItem, 'ix_dead_letter_job_item_created_at')
      .where({ createdAt: LessThan(before) })
      .orderBy('old.createdAt'),
  ],
  dead_letter_jobs: async (manager, before) => [
    oldRows(manager, DeadLetterJob, 'ix_dead_letter_job_created_at')
      .where({ createdAt: LessThan(before) })
      .orderBy('old.createdAt'),
  ],
  mails: oldMails,
  messages: async (manager, before) => [
    oldRows(manager, OutboxMessage, 'ix_outbox_message_unpublished')
      .where({ publishedAt: LessThan(before) })
      .orderBy('old.publishedAt')
      .addOrderBy('old.id'),
  ],
  /** Of orders that were closed before then. */
  timelines: async (manager, before) => [
    oldRows(manager, RestockOrderEvent, 'ix_restock_order_event_created_at')
      .where({ createdAt: LessThan(before) })
      // MySQL turns EXISTS into a join, and may begin it with every order that was ever closed.
      .andWhere(
        '(SELECT closed_at FROM restock_order WHERE restock_order.id = old.restockOrderId) < :before',
        { before },
      )
      .orderBy('old.createdAt'),
  ],
  /** Of messages that never became dead letters. */
  delivery_failures: async (manager, before) => [
    oldRows(manager, DeliveryFailure, 'ix_delivery_failure_failed_at')
      .where({ failedAt: LessThan(before) })
      .orderBy('old.failedAt'),
  ],
  /** Whatever came of them. */
  webhook_deliveries: async (manager, before) => [
    oldRows(manager, WebhookDelivery, 'ix_webhook_delivery_created_at')
      .where({ createdAt: LessThan(before) })
      .orderBy('old.createdAt'),
  ],
  /** Deliveries to endpoints that were removed, however young. */
  removed_webhook_endpoints: deliveriesOfRemovedEndpoints,
  /** Of windows that are over: they count no more. */
  customer_purchases: async (manager, before) => [
    manager
      .createQueryBuilder(CustomerPurchase, 'old')
      .select('/*+ INDEX(old ix_customer_purchase_window_ends_at) */ old.customerKey', 'id')
      .addSelect('old.sku', 'sku')
      .where({ windowEndsAt: LessThan(before) })
      .orderBy('old.windowEndsAt') as unknown as OldRowsQuery,
  ],
  /** Their keys can be used again. */
  keyed_requests: async (manager, before) => [
    oldRows(manager, KeyedRequest, 'ix_keyed_request_created_at')
      .where({ createdAt: LessThan(before) })
      .orderBy('old.createdAt'),
  ],
} as const satisfies Record<string, RetentionRule>;

export type RetentionKind = keyof typeof RETENTION_RULES;

async function deliveriesOfRemovedEndpoints(manager: EntityManager): Promise<OldRowsQuery[]> {
  const named = await manager
    .createQueryBuilder(WebhookDelivery, 'delivery')
    .select('delivery.endpointId', 'id')
    .distinct()
    .getRawMany<{ id: string }>();
  const endpoints = await manager.find(WebhookEndpoint, { select: { id: true } });
  const there = new Set(endpoints.map(({ id }) => id));
  const removed = named.map(({ id }) => id).filter((id) => !there.has(id));
  if (removed.length === 0) return [];
  return [
    oldRows(manager, WebhookDelivery, 'uq_webhook_delivery_event')
      .where({ endpointId: In(removed) })
      .orderBy('old.endpointId')
      .addOrderBy('old.eventId'),
  ];
}
