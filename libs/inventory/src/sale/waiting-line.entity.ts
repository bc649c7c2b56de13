import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** How the wait of a line ended. */
export type WaitOutcome = 'FILLED' | 'CANCELLED' | 'EXPIRED';

/**
 * The units of one SKU in a sale that waits for goods, or has waited: such a sale has no {@link SaleLine}s. The open lines of a SKU
 * are its waitlist, first to last by `ticket`.
 */
@Entity('waiting_line')
@Index('ix_waiting_line_open', ['sku', 'outcome', 'ticket'])
@Index('ix_waiting_line_sku', ['sku', 'saleId'])
@Index('ix_waiting_line_wait_until', ['outcome', 'waitUntil'])
export class WaitingLine {
  @PrimaryColumn({ name: 'sale_id', type: 'varchar', length: 36 })
  saleId: string;

  @PrimaryColumn({ type: 'varchar', length: 64 })
  sku: string;

  /** Given under the lock of the SKU, one after the other. */
  @Column({ type: 'int' })
  ticket: number;

  @Column({ type: 'int' })
  quantity: number;

  /** The price when the sale was asked for. */
  @Column({ name: 'unit_price_krw', type: 'int' })
  unitPriceKrw: number;

  /** Units on hand that are kept for it. */
  @Column({ type: 'int' })
  reserved: number;

  /** SKUs of the sale: it is filled when the lines of all of them are reserved. */
  @Column({ name: 'sale_skus', type: 'int' })
  saleSkus: number;

  @Column({ name: 'wait_until', type: 'datetime', precision: 3 })
  waitUntil: Date;

  /** Null while it waits. */
  @Column({ type: 'varchar', length: 16, nullable: true })
  outcome: WaitOutcome | null;

  @Column({ name: 'ended_at', type: 'datetime', precision: 3, nullable: true })
  endedAt: Date | null;

  /** The movement by which its units left the stock. */
  @Column({ name: 'movement_id', type: 'varchar', length: 36, nullable: true })
  movementId: string | null;
}
