import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

export type RestockOrderEventKind =
  | 'REQUESTED'
  | 'ATTEMPT_FAILED'
  | 'ORDERED'
  | 'GOODS_RECEIVED'
  | 'RECEIVED'
  | 'OVERDUE'
  | 'DEAD_LETTERED'
  | 'REDRIVEN'
  | 'CANCELLED';

/** One step in the life of a {@link RestockOrder}: its timeline, append-only. */
@Entity('restock_order_event')
@Index('ix_restock_order_event_order', ['restockOrderId', 'id'])
export class RestockOrderEvent {
  @PrimaryColumn({ type: 'varchar', length: 36 })
  id: string;

  @Column({ name: 'restock_order_id', type: 'varchar', length: 36 })
  restockOrderId: string;

  @Column({ type: 'varchar', length: 16 })
  kind: RestockOrderEventKind;

  @Column({ type: 'varchar', length: 500 })
  detail: string;

  @Column({ name: 'created_at', type: 'datetime', precision: 3 })
  createdAt: Date;
}
