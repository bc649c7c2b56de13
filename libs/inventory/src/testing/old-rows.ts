import { type EntityManager, type EntityTarget, type ObjectLiteral } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { DeadLetterJob } from '../dead-letter/dead-letter-job.entity.js';
import { DeadLetterJobItem } from '../dead-letter/dead-letter-job-item.entity.js';
import { DeadLetter } from '../dead-letter/dead-letter.entity.js';
import { DeliveryFailure } from '../dead-letter/delivery-failure.entity.js';
import { KeyedRequest } from '../idempotency/keyed-request.entity.js';
import { Notification } from '../notification/notification.entity.js';
import { OutboxMessage } from '../outbox/outbox-message.entity.js';
import { RestockOrderEvent } from '../restock/restock-order-event.entity.js';
import { type RetentionKind } from '../retention/retention-rules.js';
import { CustomerPurchase } from '../sale/customer-purchase.entity.js';
import { WebhookDelivery } from '../webhook/webhook-delivery.entity.js';

const ROWS_A_STATEMENT = 500;

/** Rows of one kind, with what no test of retention is about. */
export const ROWS: Record<
  RetentionKind,
  { entity: EntityTarget<ObjectLiteral>; row: (at: Date) => ObjectLiteral }
> = {
  dead_letters: {
    entity: DeadLetter,
    row: (at) => ({
      id: uuidv7(),
      queue: 'restock',
      messageId: uuidv7(),
      body: '{}',
      attributes: {},
      causeCode: 'FACTORY.REFUSED',
      causeDetail: 'the factory answered 422',
      attempts: [],
      status: 'DISCARDED',
      openedAt: at,
      resolvedAt: at,
    }),
  },
  dead_letter_job_items: {
    entity: DeadLetterJobItem,
    row: (at) => ({
      id: uuidv7(),
      jobId: 'job',
      deadLetterId: uuidv7(),
      plan: 'REDRIVE',
      outcome: 'REDRIVEN',
      createdAt: at,
    }),
  },
  customer_purchases: {
    entity: CustomerPurchase,
    row: (at) => ({
      sku: 'CP-1',
      customerKey: uuidv7(),
      windowStartedAt: at,
      windowEndsAt: at,
      units: 1,
      maxUnits: 1,
    }),
  },
  dead_letter_jobs: {
    entity: DeadLetterJob,
    row: (at) => ({
      id: uuidv7(),
      action: 'REDRIVE',
      status: 'DONE',
      filter: {},
      lettersPerSecond: 10,
      createdAt: at,
      createdBy: 'kim',
    }),
  },
  mails: {
    entity: Notification,
    row: (at) => ({
      id: uuidv7({ msecs: at.getTime() }),
      kind: 'STOCK_RAN_OUT',
      recipient: 'ads@donut-states.example',
      subject: 'ring is sold out',
      sentAt: at,
    }),
  },
  messages: {
    entity: OutboxMessage,
    row: (at) => ({ id: uuidv7(), queue: 'restock', payload: {}, createdAt: at, publishedAt: at }),
  },
  timelines: {
    entity: RestockOrderEvent,
    row: (at) => ({ id: uuidv7(), restockOrderId: 'closed', kind: 'WAITING', detail: '', createdAt: at }),
  },
  delivery_failures: {
    entity: DeliveryFailure,
    row: (at) => ({
      id: uuidv7(),
      messageId: 'm',
      receiveCount: 1,
      code: 'MAIL.REFUSED',
      detail: '',
      failedAt: at,
    }),
  },
  webhook_deliveries: { entity: WebhookDelivery, row: (at) => delivery(at, 'endpoint') },
  removed_webhook_endpoints: { entity: WebhookDelivery, row: (at) => delivery(at, 'removed') },
  keyed_requests: {
    entity: KeyedRequest,
    row: (at) => ({
      id: uuidv7(),
      requestFingerprint: 'f',
      status: 200,
      headers: {},
      body: '',
      createdAt: at,
    }),
  },
};

/** Inserts `count` rows of a kind that were finished at that time, each changed by `changes`. */
export async function insertRows(
  manager: EntityManager,
  kind: RetentionKind,
  at: Date,
  count = 1,
  changes: ObjectLiteral = {},
): Promise<string[]> {
  const { entity, row } = ROWS[kind];
  const rows = Array.from({ length: count }, () => ({ ...row(at), ...changes }));
  for (let start = 0; start < count; start += ROWS_A_STATEMENT) {
    await manager.insert(entity, rows.slice(start, start + ROWS_A_STATEMENT));
  }
  return rows.map(({ id }) => id as string);
}

function delivery(at: Date, endpointId: string): ObjectLiteral {
  return {
    id: uuidv7(),
    endpointId,
    eventId: uuidv7(),
    eventType: 'sale.confirmed',
    sequence: 1,
    body: '{}',
    status: 'DELIVERED',
    createdAt: at,
  };
}
