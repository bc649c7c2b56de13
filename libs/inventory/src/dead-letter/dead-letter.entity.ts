import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

export type DeadLetterStatus = 'OPEN' | 'REDRIVEN' | 'DISCARDED';

/** A failed attempt at a message, stored with its {@link DeadLetter}. */
export interface DeadLetterAttempt {
  receiveCount: number;
  code: string;
  detail: string;
  failedAt: string;
}

/**
 * A message that could not be handled. It is kept until a person redrives or discards it, and for a while after. It came out of a dead-letter
 * queue, or was quarantined because it cannot be trusted.
 */
@Entity('dead_letter')
@Index('uq_dead_letter_message_id', ['messageId'], { unique: true })
@Index('ix_dead_letter_status', ['status', 'queue', 'causeCode'])
@Index('uq_dead_letter_open_key', ['openKey'], { unique: true })
@Index('ix_dead_letter_failing_thing', ['failingThing'])
@Index('ix_dead_letter_sku', ['sku'])
@Index('ix_dead_letter_resolved_at', ['resolvedAt'])
export class DeadLetter {
  @PrimaryColumn({ type: 'varchar', length: 36 })
  id: string;

  /** The queue of the message, to which it is redriven. */
  @Column({ type: 'varchar', length: 64 })
  queue: string;

  /** The message id of SQS: a message has one dead letter, however often it is delivered. That of the first of its copies. */
  @Column({ name: 'message_id', type: 'varchar', length: 128 })
  messageId: string;

  /** The unchanged message. Wrapped, because TypeORM parses a bare string in a JSON column of MySQL twice. */
  @Column({
    type: 'json',
    transformer: { to: (raw: string) => ({ raw }), from: (stored: { raw: string }) => stored.raw },
  })
  body: string;

  /** What was sent in its place, where a person edited it. */
  @Column({ name: 'edited_body', type: 'json', nullable: true })
  editedBody: Record<string, unknown> | null;

  @Column({ type: 'json' })
  attributes: Record<string, string>;

  /** What the message is about, as far as it says. */
  @Column({ name: 'restock_order_id', type: 'varchar', length: 64, nullable: true })
  restockOrderId: string | null;

  @Column({ type: 'varchar', length: 64, nullable: true })
  sku: string | null;

  @Column({ name: 'factory_id', type: 'varchar', length: 64, nullable: true })
  factoryId: string | null;

  /** Equal for letters about the same failing thing, one after the other. Null for one of before there were jobs. */
  @Column({ name: 'failing_thing', type: 'varchar', length: 140, nullable: true })
  failingThing: string | null;

  /** The same while it is open. Another message that fails at this thing is a copy, not another dead letter. */
  @Column({ name: 'open_key', type: 'varchar', length: 140, nullable: true })
  openKey: string | null;

  /** Messages that failed at this, itself among them. */
  @Column({ type: 'int', default: 1 })
  copies: number;

  @Column({ name: 'last_copy_at', type: 'datetime', precision: 3, nullable: true })
  lastCopyAt: Date | null;

  @Column({ name: 'cause_code', type: 'varchar', length: 64 })
  causeCode: string;

  @Column({ name: 'cause_detail', type: 'varchar', length: 500 })
  causeDetail: string;

  @Column({ type: 'json' })
  attempts: DeadLetterAttempt[];

  /** The mail that tells the operators of it; null where another letter's does, and when it could not be sent. */
  @Column({ name: 'notification_id', type: 'varchar', length: 36, nullable: true })
  notificationId: string | null;

  @Column({ type: 'varchar', length: 16 })
  status: DeadLetterStatus;

  @Column({ name: 'opened_at', type: 'datetime', precision: 3 })
  openedAt: Date;

  @Column({ name: 'resolved_at', type: 'datetime', precision: 3, nullable: true })
  resolvedAt: Date | null;

  @Column({ name: 'resolved_by', type: 'varchar', length: 100, nullable: true })
  resolvedBy: string | null;

  @Column({ name: 'resolution_note', type: 'varchar', length: 500, nullable: true })
  resolutionNote: string | null;
}
