import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

export const SALE_STATUSES = ['CONFIRMED', 'WAITING', 'CANCELLED', 'EXPIRED'] as const;
export type SaleStatus = (typeof SALE_STATUSES)[number];

/**
 * A purchase. One that is `CONFIRMED` has taken its units from the {@link StockLevel}s. Its lines are {@link SaleLine}s, or
 * {@link WaitingLine}s if it has ever waited for goods.
 */
@Entity('sale')
@Index('uq_sale_idempotency_key', ['idempotencyKey'], { unique: true })
@Index('ix_sale_customer_email', ['customerEmail', 'id'])
export class Sale {
  @PrimaryColumn({ type: 'varchar', length: 36 })
  id: string;

  /**
   * Chosen by the client so that a repeated request is answered with the same sale. With a client id it is a digest of
   * both.
   */
  @Column({ name: 'idempotency_key', type: 'varchar', length: 255, nullable: true })
  idempotencyKey: string | null;

  /** SHA-256 of what was asked for, in hex: tells a repeated request from another one under the same key. */
  @Column({ name: 'request_fingerprint', type: 'varchar', length: 64 })
  requestFingerprint: string;

  @Column({ type: 'varchar', length: 16 })
  status: SaleStatus;

  @Column({ name: 'customer_email', type: 'varchar', length: 254, nullable: true })
  customerEmail: string | null;

  /**
   * The id of the first sale of the batch. All movements of the batch have it as their `reference`. Null only in rows from
   * before the migration `post-sales-together`.
   */
  @Column({ name: 'posting_id', type: 'varchar', length: 36, nullable: true })
  postingId: string | null;

  /** Whose purchases it counts among, where a product of it has a limit for each customer. See `customer-key.ts`. */
  @Column({ name: 'customer_key', type: 'varchar', length: 64, nullable: true })
  customerKey: string | null;

  @Column({ name: 'created_at', type: 'datetime', precision: 3 })
  createdAt: Date;

  /** When it was filled, cancelled, or expired. Null for one that is as it was made. */
  @Column({ name: 'changed_at', type: 'datetime', precision: 3, nullable: true })
  changedAt: Date | null;
}
