import { type NotificationMessage } from '#queues';
import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/**
 * A mail that waits, is being sent, or was sent. It prevents that a message which is delivered twice becomes two mails. A
 * mail that waits keeps its message, and is asked for again by a new one.
 */
@Entity('notification')
@Index('ix_notification_next_attempt', ['nextAttemptAt'])
@Index('ix_notification_sent_at', ['sentAt', 'id'])
export class Notification {
  @PrimaryColumn({ type: 'varchar', length: 36 })
  id: string;

  @Column({ type: 'varchar', length: 32 })
  kind: string;

  @Column({ type: 'varchar', length: 254 })
  recipient: string;

  @Column({ type: 'varchar', length: 200 })
  subject: string;

  /** The lease of the worker that sends it. */
  @Column({ name: 'claimed_until', type: 'datetime', precision: 3, nullable: true })
  claimedUntil: Date | null;

  @Column({ name: 'sent_at', type: 'datetime', precision: 3, nullable: true })
  sentAt: Date | null;

  /** The message that asks for it; null for one that an older version has taken. */
  @Column({ type: 'json', nullable: true })
  message: NotificationMessage | null;

  /** Of a mail that waits, or was asked for again and is not sent: when it may be asked for. */
  @Column({ name: 'next_attempt_at', type: 'datetime', precision: 3, nullable: true })
  nextAttemptAt: Date | null;

  /** When the mail began to wait for an outage of the mail service. The wait has a limit. */
  @Column({ name: 'waiting_since', type: 'datetime', precision: 3, nullable: true })
  waitingSince: Date | null;

  /** How often the mail service did not take it, through no fault of its own. */
  @Column({ name: 'failed_attempts', type: 'int', default: 0 })
  failedAttempts: number;
}
