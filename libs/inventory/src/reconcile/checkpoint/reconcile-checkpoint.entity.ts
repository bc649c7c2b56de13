import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The id of the one row. */
export const CHECKPOINT_ID = 'books';

/** How far the books are counted once and for all. Its row is the lock of those who count further. */
@Entity('reconcile_checkpoint')
export class ReconcileCheckpoint {
  @PrimaryColumn({ type: 'varchar', length: 16 })
  id: string;

  /** Sales, lines and movements with an id below it are in the sums of the `SkuCheckpoint`s. Empty: none are. */
  @Column({ type: 'varchar', length: 36 })
  boundary: string;

  /** When the worker last counted everything, to the end. */
  @Column({ name: 'full_at', type: 'datetime', precision: 3, nullable: true })
  fullAt: Date | null;

  /** The lease of the worker that counts everything now. */
  @Column({ name: 'full_claimed_until', type: 'datetime', precision: 3, nullable: true })
  fullClaimedUntil: Date | null;
}
