import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A message that must reach its queue, because the transaction that wrote it is committed. */
@Entity('outbox_message')
@Index('ix_outbox_message_unpublished', ['publishedAt', 'id'])
export class OutboxMessage {
  /** A UUIDv7: the order of ids is the order of writing. */
  @PrimaryColumn({ type: 'varchar', length: 36 })
  id: string;

  @Column({ type: 'varchar', length: 64 })
  queue: string;

  @Column({ type: 'json' })
  payload: Record<string, unknown>;

  @Column({ name: 'created_at', type: 'datetime', precision: 3 })
  createdAt: Date;

  /** The lease of the relay that sends it. */
  @Column({ name: 'claimed_until', type: 'datetime', precision: 3, nullable: true })
  claimedUntil: Date | null;

  @Column({ name: 'published_at', type: 'datetime', precision: 3, nullable: true })
  publishedAt: Date | null;
}
