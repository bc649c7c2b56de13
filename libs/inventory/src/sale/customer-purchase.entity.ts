import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';

/**
 * What one customer has bought of a product with a limit, in the window that is running. The check of the table holds the limit
 * when several processes sell to one customer at once.
 */
@Entity('customer_purchase')
@Check('ck_customer_purchase_units', 'units <= max_units')
@Index('ix_customer_purchase_window_ends_at', ['windowEndsAt'])
export class CustomerPurchase {
  @PrimaryColumn({ type: 'varchar', length: 64 })
  sku: string;

  /** See `customer-key.ts`. */
  @PrimaryColumn({ name: 'customer_key', type: 'varchar', length: 64 })
  customerKey: string;

  /** That of the first purchase in it, by the clock of the database. */
  @Column({ name: 'window_started_at', type: 'datetime', precision: 3 })
  windowStartedAt: Date;

  /** As the rule of the product was at the last purchase: the row may be deleted then. Null: never. */
  @Column({ name: 'window_ends_at', type: 'datetime', precision: 3, nullable: true })
  windowEndsAt: Date | null;

  @Column({ type: 'int' })
  units: number;

  /** The limit of the product at the last purchase. */
  @Column({ name: 'max_units', type: 'int' })
  maxUnits: number;
}
