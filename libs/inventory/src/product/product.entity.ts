import { Column, Entity, PrimaryColumn } from 'typeorm';

/**
 * What a product may still do. `ACTIVE`: sells, and is ordered again when it is low. `NOT_REORDERED`: sells what is left, and is
 * not ordered. `DISCONTINUED`: neither. Goods that were ordered before still come in.
 */
export const PRODUCT_STATUSES = ['ACTIVE', 'NOT_REORDERED', 'DISCONTINUED'] as const;

export type ProductStatus = (typeof PRODUCT_STATUSES)[number];

/** A product, identified by its SKU, with the rules for refilling its {@link StockLevel}. */
@Entity('product')
export class Product {
  @PrimaryColumn({ type: 'varchar', length: 64 })
  sku: string;

  @Column({ type: 'varchar', length: 200 })
  name: string;

  @Column({ name: 'price_krw', type: 'int' })
  priceKrw: number;

  @Column({ name: 'factory_id', type: 'varchar', length: 32 })
  factoryId: string;

  /** A restock order is due when available stock falls to this. */
  @Column({ name: 'reorder_point', type: 'int' })
  reorderPoint: number;

  /** The stock after a restock order, before refused demand is added. */
  @Column({ name: 'target_level', type: 'int' })
  targetLevel: number;

  /** The factory makes only whole lots. */
  @Column({ name: 'lot_size', type: 'int' })
  lotSize: number;

  /** The most units of this SKU that one sale may take. */
  @Column({ name: 'max_per_sale', type: 'int' })
  maxPerSale: number;

  /** The address that is mailed when stock runs out and when goods arrive. */
  @Column({ name: 'ad_manager_email', type: 'varchar', length: 254 })
  adManagerEmail: string;

  @Column({ type: 'varchar', length: 16, default: 'ACTIVE' })
  status: ProductStatus;

  /** The most refused demand that counts for the next restock order, in units; null: ten times the target level. */
  @Column({ name: 'max_refused_demand', type: 'int', nullable: true })
  maxRefusedDemand: number | null;

  /** It is sold from then on, by the clock of the database; null: at any time. */
  @Column({ name: 'sales_from', type: 'datetime', precision: 3, nullable: true })
  salesFrom: Date | null;

  /** It is sold before then. */
  @Column({ name: 'sales_until', type: 'datetime', precision: 3, nullable: true })
  salesUntil: Date | null;

  /** The most units that one customer may buy in a window; null: any number. */
  @Column({ name: 'max_per_customer', type: 'int', nullable: true })
  maxPerCustomer: number | null;

  /** It begins with a customer's first purchase; null: it never ends. */
  @Column({ name: 'customer_window_seconds', type: 'int', nullable: true })
  customerWindowSeconds: number | null;
}
