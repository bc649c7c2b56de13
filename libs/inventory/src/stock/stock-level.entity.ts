import { Check, Column, Entity, PrimaryColumn } from 'typeorm';

/**
 * The units of one SKU in the warehouse. Its row is the lock for all decisions about the SKU. Only this library changes it.
 * Every change of `onHand` has a {@link StockMovement} in the same transaction.
 */
@Entity('stock_level')
@Check('ck_stock_level_on_hand', '"on_hand" >= 0')
@Check('ck_stock_level_reserved', '"reserved" >= 0')
@Check('ck_stock_level_on_order', '"on_order" >= 0')
export class StockLevel {
  @PrimaryColumn({ type: 'varchar', length: 64 })
  sku: string;

  @Column({ name: 'on_hand', type: 'int' })
  onHand: number;

  /** On hand, and kept for sales that wait for more. */
  @Column({ type: 'int', default: 0 })
  reserved: number;

  /** Units of open restock orders that have not arrived yet. */
  @Column({ name: 'on_order', type: 'int', default: 0 })
  onOrder: number;

  /** Units that were refused to buyers since the last restock order. They size the next one. */
  @Column({ name: 'refused_demand', type: 'int', default: 0 })
  refusedDemand: number;

  /** Units that waiting sales still miss: more than can be bought, so that none can while it is not 0. */
  @Column({ type: 'int', default: 0 })
  waiting: number;

  /** Lines of waiting sales that still miss units: the length of the waitlist. */
  @Column({ name: 'waiting_lines', type: 'int', default: 0 })
  waitingLines: number;

  /** Of the waitlist: the ticket of the line that joined it last. */
  @Column({ name: 'last_ticket', type: 'int', default: 0 })
  lastTicket: number;

  /** The units that a sale may take. */
  get available(): number {
    return this.onHand - this.reserved;
  }
}
