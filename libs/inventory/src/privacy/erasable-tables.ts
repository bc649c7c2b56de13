import { type EntityTarget, type ObjectLiteral } from 'typeorm';
import { AuditEntry } from '../audit/audit-entry.entity.js';
import { DeadLetterJob } from '../dead-letter/dead-letter-job.entity.js';
import { DeadLetter } from '../dead-letter/dead-letter.entity.js';
import { DeliveryFailure } from '../dead-letter/delivery-failure.entity.js';
import { KeyedRequest } from '../idempotency/keyed-request.entity.js';
import { Notification } from '../notification/notification.entity.js';
import { OutboxMessage } from '../outbox/outbox-message.entity.js';
import { RestockOrder } from '../restock/restock-order.entity.js';
import { RestockOrderEvent } from '../restock/restock-order-event.entity.js';
import { StockMovement } from '../stock/stock-movement.entity.js';

/** How an address may stand in a column: in words, in JSON, or in a text that is JSON for the most part. */
type ColumnKind = 'text' | 'json' | 'jsonText';

export interface ErasableTable {
  entity: EntityTarget<ErasableRow>;
  /** By the name of the property. */
  columns: Record<string, ColumnKind>;
  /** A condition in SQL: other rows have nothing of people. */
  only?: string;
  /** What else changes in a row that had the address, as it was. */
  changesWith?: (row: ErasableRow, now: Date) => ObjectLiteral;
}

export type ErasableRow = ObjectLiteral & { id: string };

/** A mail to the buyer is not sent any more. One that a worker has taken already may still be. */
const NOT_SENT = { nextAttemptAt: null, waitingSince: null, claimedUntil: null };

/**
 * Tables whose texts and JSON may have the address of a buyer, because people and other systems write into them. None has an
 * index by it: they are read whole. All are emptied by their age, but for the audit, the ledger, open dead letters and open orders.
 */
export const ERASABLE_TABLES = {
  deadLetters: {
    entity: DeadLetter,
    columns: {
      body: 'jsonText',
      editedBody: 'json',
      attributes: 'json',
      causeDetail: 'text',
      attempts: 'json',
      resolutionNote: 'text',
    },
  },
  deadLetterJobs: { entity: DeadLetterJob, columns: { filter: 'json', note: 'text' } },
  deliveryFailures: { entity: DeliveryFailure, columns: { detail: 'text' } },
  messages: {
    entity: OutboxMessage,
    columns: { payload: 'json' },
    changesWith: ({ queue, publishedAt }, now) =>
      queue === 'notifications' && publishedAt === null ? { publishedAt: now } : {},
  },
  mails: {
    entity: Notification,
    columns: { recipient: 'text', subject: 'text', message: 'json' },
    changesWith: ({ sentAt }) => (sentAt === null ? NOT_SENT : {}),
  },
  keyedRequests: { entity: KeyedRequest, columns: { headers: 'json', body: 'jsonText' } },
  restockOrders: { entity: RestockOrder, columns: { lastError: 'text' } },
  timelines: { entity: RestockOrderEvent, columns: { detail: 'text' } },
  adjustments: { entity: StockMovement, columns: { reference: 'text' }, only: `reason = 'ADJUSTMENT'` },
  auditEntries: { entity: AuditEntry, columns: { note: 'text', oldValues: 'json', newValues: 'json' } },
} as const satisfies Record<string, ErasableTable>;

export type ErasableTableName = keyof typeof ERASABLE_TABLES;
