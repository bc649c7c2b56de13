import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** The units of one SKU in a {@link Sale}: one line a SKU, however often the request named it. */
@Entity('sale_line')
@Index('ix_sale_line_sku', ['sku', 'saleId'])
export class SaleLine {
  @PrimaryColumn({ name: 'sale_id', type: 'varchar', length: 36 })
  saleId: string;

  @PrimaryColumn({ type: 'varchar', length: 64 })
  sku: string;

  @Column({ type: 'int' })
  quantity: number;

  /** The price at the time of the sale. */
  @Column({ name: 'unit_price_krw', type: 'int' })
  unitPriceKrw: number;
}
