import { Column, Entity, PrimaryColumn } from 'typeorm';

/** What the shop sells, and the rules by which its {@link StockLevel} is kept filled. Identified by its SKU. */
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

  /** What a restock order fills the stock up to, before refused demand is added. */
  @Column({ name: 'target_level', type: 'int' })
  targetLevel: number;

  /** The factory makes whole lots only. */
  @Column({ name: 'lot_size', type: 'int' })
  lotSize: number;

  /** The most units of this SKU that one sale may take. */
  @Column({ name: 'max_per_sale', type: 'int' })
  maxPerSale: number;

  /** Who stops the advertising when stock runs out, and starts it when goods arrive. */
  @Column({ name: 'ad_manager_email', type: 'varchar', length: 254 })
  adManagerEmail: string;
}
