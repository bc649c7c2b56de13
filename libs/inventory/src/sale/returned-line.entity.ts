import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** The units of one SKU that came back into the stock, because their sale was cancelled after it was confirmed. */
@Entity('returned_line')
@Index('ix_returned_line_sku', ['sku'])
export class ReturnedLine {
  @PrimaryColumn({ name: 'sale_id', type: 'varchar', length: 36 })
  saleId: string;

  @PrimaryColumn({ type: 'varchar', length: 64 })
  sku: string;

  @Column({ type: 'int' })
  quantity: number;

  /** The movement by which they came back. */
  @Column({ name: 'movement_id', type: 'varchar', length: 36 })
  movementId: string;
}
