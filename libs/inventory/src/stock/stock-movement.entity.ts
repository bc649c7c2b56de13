import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

export const STOCK_MOVEMENT_REASONS = [
  'SALE',
  'GOODS_RECEIPT',
  'ADJUSTMENT',
  'BACKORDER_FILL',
  'RETURN',
] as const;
export type StockMovementReason = (typeof STOCK_MOVEMENT_REASONS)[number];

/** The reasons whose movements an `ADJUSTMENT` may correct. */
export const CORRECTED_REASONS = ['SALE', 'GOODS_RECEIPT'] as const satisfies StockMovementReason[];
export type CorrectedReason = (typeof CORRECTED_REASONS)[number];

/** One change of a {@link StockLevel}: the append-only ledger. Per SKU, the deltas add up to what is on hand. */
@Entity('stock_movement')
@Index('ix_stock_movement_sku', ['sku', 'createdAt'])
export class StockMovement {
  @PrimaryColumn({ type: 'varchar', length: 36 })
  id: string;

  @Column({ type: 'varchar', length: 64 })
  sku: string;

  @Column({ type: 'int' })
  delta: number;

  @Column({ type: 'varchar', length: 16 })
  reason: StockMovementReason;

  /** The cause: the id of the goods receipt or of the cancelled sale, the note of the adjustment, or the `postingId` of the sales. */
  @Column({ type: 'varchar', length: 255 })
  reference: string;

  @Column({ name: 'balance_after', type: 'int' })
  balanceAfter: number;

  @Column({ name: 'created_at', type: 'datetime', precision: 3 })
  createdAt: Date;

  /** Of an adjustment: the name of the operator's API key. Null in rows from before the migration `repair-books`. */
  @Column({ type: 'varchar', length: 100, nullable: true })
  operator: string | null;

  /**
   * Of an adjustment that repairs the books: the reason for which its units are counted. It stands in for a movement of that
   * reason which is lost, or says that one is too many.
   */
  @Column({ type: 'varchar', length: 16, nullable: true })
  corrects: CorrectedReason | null;

  /** Of an adjustment that repairs the books: the `AuditEntry` of the repair. */
  @Column({ name: 'audit_entry_id', type: 'varchar', length: 36, nullable: true })
  auditEntryId: string | null;
}
