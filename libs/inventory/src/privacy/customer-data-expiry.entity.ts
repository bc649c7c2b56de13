import { Column, Entity, PrimaryColumn } from 'typeorm';

export const CUSTOMER_DATA_EXPIRY_ID = 1;

/** How far the addresses of old sales are erased: one row. Without it each look for old ones would begin at the first sale. */
@Entity('customer_data_expiry')
export class CustomerDataExpiry {
  @PrimaryColumn({ type: 'int' })
  id: number;

  /** The id of the last sale that was looked at. */
  @Column({ name: 'sale_id', type: 'varchar', length: 36 })
  saleId: string;
}
