import { Column, Entity, PrimaryColumn } from 'typeorm';
import { type WebhookEventType } from './webhook-event.js';

/** `DISABLED`: nothing is recorded for it, and nothing is sent. What was recorded before waits. */
export type WebhookEndpointStatus = 'ENABLED' | 'DISABLED';

/** A URL of the shop's own systems that is told of events. */
@Entity('webhook_endpoint')
export class WebhookEndpoint {
  /** A UUIDv7. */
  @PrimaryColumn({ type: 'varchar', length: 36 })
  id: string;

  @Column({ type: 'varchar', length: 2000 })
  url: string;

  @Column({ type: 'varchar', length: 200, nullable: true })
  description: string | null;

  @Column({ name: 'event_types', type: 'json' })
  eventTypes: WebhookEventType[];

  @Column({ type: 'varchar', length: 16 })
  status: WebhookEndpointStatus;

  /** Why it is disabled, where nobody did it by hand. */
  @Column({ name: 'disabled_reason', type: 'varchar', length: 200, nullable: true })
  disabledReason: string | null;

  /** `whsec_` and base64: the key of the signatures. */
  @Column({ type: 'varchar', length: 64 })
  secret: string;

  /** Signs beside the new one until then, so that the receiver can change over. */
  @Column({ name: 'previous_secret', type: 'varchar', length: 64, nullable: true })
  previousSecret: string | null;

  @Column({ name: 'previous_secret_until', type: 'datetime', precision: 3, nullable: true })
  previousSecretUntil: Date | null;

  /** Of the last event that was recorded for it. */
  @Column({ name: 'last_sequence', type: 'int', default: 0 })
  lastSequence: number;

  /** The lease of the worker that delivers to it. */
  @Column({ name: 'claimed_until', type: 'datetime', precision: 3, nullable: true })
  claimedUntil: Date | null;

  /** When a worker was last asked to deliver to it; null since it began to. */
  @Column({ name: 'woken_at', type: 'datetime', precision: 3, nullable: true })
  wokenAt: Date | null;

  @Column({ name: 'last_delivered_at', type: 'datetime', precision: 3, nullable: true })
  lastDeliveredAt: Date | null;

  /** Attempts in a row to which it did not answer as one that works. */
  @Column({ type: 'int', default: 0 })
  failures: number;

  @Column({ name: 'away_since', type: 'datetime', precision: 3, nullable: true })
  awaySince: Date | null;

  /** While it is away: when it is tried again. */
  @Column({ name: 'retry_at', type: 'datetime', precision: 3, nullable: true })
  retryAt: Date | null;

  /** When the operators were told that it is away; null when they were not. */
  @Column({ name: 'told_at', type: 'datetime', precision: 3, nullable: true })
  toldAt: Date | null;

  @Column({ name: 'created_at', type: 'datetime', precision: 3 })
  createdAt: Date;
}
