import { Column, Entity, PrimaryColumn } from 'typeorm';

/** What the rows of one SKU below the boundary of the `ReconcileCheckpoint` add up to, in units. */
@Entity('sku_checkpoint')
export class SkuCheckpoint {
  @PrimaryColumn({ type: 'varchar', length: 64 })
  sku: string;

  /** The deltas of all movements. */
  @Column({ type: 'bigint' })
  moved: number;

  /** The lines of sales. */
  @Column({ type: 'bigint' })
  sold: number;

  /** What left the stock by movements of sales, and by their corrections. */
  @Column({ name: 'sold_moved', type: 'bigint' })
  soldMoved: number;

  /** What entered the stock by movements of goods receipts, and by their corrections. */
  @Column({ name: 'received_moved', type: 'bigint' })
  receivedMoved: number;
}
