import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** What an entry of the audit is about. */
export const AUDIT_SUBJECTS = [
  'api_key',
  'customer',
  'dead_letter',
  'dead_letter_group',
  'dead_letter_job',
  'factory',
  'product',
  'restock_order',
  'sale',
  'stock',
  'webhook_delivery',
  'webhook_endpoint',
] as const;
export type AuditSubject = (typeof AUDIT_SUBJECTS)[number];

/** What an operator did to something, in the transaction that did it. Never deleted, and changed only where a buyer's address is erased. */
@Entity('audit_entry')
@Index('ix_audit_entry_subject', ['subjectType', 'subjectId'])
@Index('ix_audit_entry_actor', ['actor'])
export class AuditEntry {
  /** A UUIDv7: the order of ids is the order of writing. */
  @PrimaryColumn({ type: 'varchar', length: 36 })
  id: string;

  @Column({ type: 'datetime', precision: 3 })
  at: Date;

  /** The name of the API key, or of a task of the worker. */
  @Column({ type: 'varchar', length: 100 })
  actor: string;

  /** Such as `stock.adjusted`. */
  @Column({ type: 'varchar', length: 64 })
  action: string;

  @Column({ name: 'subject_type', type: 'varchar', length: 32 })
  subjectType: AuditSubject;

  /** A SKU for a product and its stock, `QUEUE CAUSE` for a group of dead letters, otherwise an id. */
  @Column({ name: 'subject_id', type: 'varchar', length: 140 })
  subjectId: string;

  /** Why, in the operator's words. */
  @Column({ type: 'varchar', length: 500, nullable: true })
  note: string | null;

  /** The members that the action changed, as they were; null where there was nothing before. */
  @Column({ name: 'old_values', type: 'json', nullable: true })
  oldValues: Record<string, unknown> | null;

  /** The members that the action changed, as they are. */
  @Column({ name: 'new_values', type: 'json', nullable: true })
  newValues: Record<string, unknown> | null;
}
