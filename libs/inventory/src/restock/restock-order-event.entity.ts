import { Column, Entity, Index, PrimaryColumn, type EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';

export type RestockOrderEventKind =
  | 'REQUESTED'
  | 'ATTEMPT_FAILED'
  | 'WAITING'
  | 'UNCONFIRMED'
  | 'ORDERED'
  | 'GOODS_RECEIVED'
  /** The goods came implausibly soon. They are taken all the same. */
  | 'GOODS_EARLY'
  /** The first goods that came after the order was closed, and were not taken. */
  | 'GOODS_REFUSED'
  | 'RECEIVED'
  | 'OVERDUE'
  | 'DEAD_LETTERED'
  | 'REDRIVEN'
  | 'CANCELLED';

/** One step in the life of a {@link RestockOrder}: its timeline, append-only until it is deleted as a whole. */
@Entity('restock_order_event')
@Index('ix_restock_order_event_order', ['restockOrderId', 'id'])
@Index('ix_restock_order_event_created_at', ['createdAt', 'restockOrderId'])
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

/** Adds a step to the timeline in the caller's transaction. `detail` is cut to what fits. */
export async function appendEvent(
  manager: EntityManager,
  restockOrderId: string,
  kind: RestockOrderEventKind,
  detail: string,
  at: Date,
): Promise<void> {
  await manager.insert(RestockOrderEvent, {
    id: uuidv7(),
    restockOrderId,
    kind,
    detail: detail.slice(0, 500),
    createdAt: at,
  });
}
