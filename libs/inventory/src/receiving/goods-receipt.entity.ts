import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** Goods that arrived for a {@link RestockOrder}. Its unique key prevents that one delivery is applied twice. */
@Entity('goods_receipt')
@Index('uq_goods_receipt_delivery', ['restockOrderId', 'deliveryFingerprint'], { unique: true })
@Check('ck_goods_receipt_quantity', '"quantity" > 0')
export class GoodsReceipt {
  @PrimaryColumn({ type: 'varchar', length: 36 })
  id: string;

  @Column({ name: 'restock_order_id', type: 'varchar', length: 36 })
  restockOrderId: string;

  /** SHA-256 of the content of the callback, in hex: the factory sends no delivery id. */
  @Column({ name: 'delivery_fingerprint', type: 'varchar', length: 64 })
  deliveryFingerprint: string;

  @Column({ type: 'int' })
  quantity: number;

  @Column({ name: 'received_at', type: 'datetime', precision: 3 })
  receivedAt: Date;
}
