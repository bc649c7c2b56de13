import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { type WebhookEventType } from './webhook-event.js';

/** `FAILED`: given up, and a dead letter. */
export const WEBHOOK_DELIVERY_STATUSES = ['PENDING', 'DELIVERED', 'FAILED'] as const;
export type WebhookDeliveryStatus = (typeof WEBHOOK_DELIVERY_STATUSES)[number];

/** One event for one endpoint, until it has it and for a while after. */
@Entity('webhook_delivery')
@Index('uq_webhook_delivery_event', ['endpointId', 'eventId'], { unique: true })
@Index('ix_webhook_delivery_due', ['endpointId', 'status', 'nextAttemptAt'])
@Index('ix_webhook_delivery_status', ['status', 'id'])
@Index('ix_webhook_delivery_created_at', ['createdAt'])
export class WebhookDelivery {
  /** A UUIDv7. */
  @PrimaryColumn({ type: 'varchar', length: 36 })
  id: string;

  @Column({ name: 'endpoint_id', type: 'varchar', length: 36 })
  endpointId: string;

  @Column({ name: 'event_id', type: 'varchar', length: 80 })
  eventId: string;

  @Column({ name: 'event_type', type: 'varchar', length: 32 })
  eventType: WebhookEventType;

  /** Counts the events of the endpoint, without a gap. */
  @Column({ type: 'int' })
  sequence: number;

  /** As it is sent, byte by byte: the signature is over it. */
  @Column({ type: 'text' })
  body: string;

  @Column({ type: 'varchar', length: 16 })
  status: WebhookDeliveryStatus;

  @Column({ type: 'int', default: 0 })
  attempts: number;

  /** Of the last answer; null when there was none. */
  @Column({ name: 'last_status', type: 'int', nullable: true })
  lastStatus: number | null;

  @Column({ name: 'last_error', type: 'varchar', length: 500, nullable: true })
  lastError: string | null;

  @Column({ name: 'next_attempt_at', type: 'datetime', precision: 3, nullable: true })
  nextAttemptAt: Date | null;

  @Column({ name: 'last_attempt_at', type: 'datetime', precision: 3, nullable: true })
  lastAttemptAt: Date | null;

  /** Since when its endpoint refuses it, and takes others. */
  @Column({ name: 'refused_since', type: 'datetime', precision: 3, nullable: true })
  refusedSince: Date | null;

  @Column({ name: 'created_at', type: 'datetime', precision: 3 })
  createdAt: Date;

  @Column({ name: 'delivered_at', type: 'datetime', precision: 3, nullable: true })
  deliveredAt: Date | null;
}
