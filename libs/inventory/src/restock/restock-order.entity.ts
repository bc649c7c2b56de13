import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';

/**
 * See `restock-order-transitions.ts`. `WAITING_FOR_FACTORY` and `UNCONFIRMED` go on by themselves. `DEAD_LETTERED` and
 * `OVERDUE` wait for a person, or for goods that still come.
 */
export const RESTOCK_ORDER_STATUSES = [
  'REQUESTED',
  /** The factory did not take the order, through no fault of the order: it is asked again. */
  'WAITING_FOR_FACTORY',
  /** The factory was asked and its answer was lost: it is asked again if no goods come. */
  'UNCONFIRMED',
  'ORDERED',
  'OVERDUE',
  'DEAD_LETTERED',
  'RECEIVED',
  'CANCELLED',
] as const;

export type RestockOrderStatus = (typeof RESTOCK_ORDER_STATUSES)[number];

/**
 * The production order at the factory that refills one SKU. While it is open, there is no other one:
 * a surge of refused buyers makes one order.
 */
@Entity('restock_order')
@Index('uq_restock_order_open_sku', ['openSku'], { unique: true })
@Index('ix_restock_order_sku', ['sku', 'requestedAt'])
@Index('ix_restock_order_status', ['status', 'deadlineAt'])
@Index('ix_restock_order_factory', ['factoryId', 'status', 'closedAt'])
@Check('ck_restock_order_open_sku', `("status" IN ('RECEIVED', 'CANCELLED')) = ("open_sku" IS NULL)`)
export class RestockOrder {
  @PrimaryColumn({ type: 'varchar', length: 36 })
  id: string;

  @Column({ type: 'varchar', length: 64 })
  sku: string;

  @Column({ name: 'factory_id', type: 'varchar', length: 32 })
  factoryId: string;

  @Column({ type: 'int' })
  quantity: number;

  @Column({ name: 'received_quantity', type: 'int', default: 0 })
  receivedQuantity: number;

  @Column({ type: 'varchar', length: 32 })
  status: RestockOrderStatus;

  /** The SKU while the order is open, then null. Its unique key prevents a second open order. */
  @Column({ name: 'open_sku', type: 'varchar', length: 64, nullable: true })
  openSku: string | null;

  /** The number of attempts at the factory. */
  @Column({ type: 'int', default: 0 })
  attempts: number;

  /** The lease of the current attempt: no other may start until then. */
  @Column({ name: 'attempt_until', type: 'datetime', precision: 3, nullable: true })
  attemptUntil: Date | null;

  /** The cause of the last failed attempt. */
  @Column({ name: 'last_error', type: 'varchar', length: 500, nullable: true })
  lastError: string | null;

  /** Of an order that waits: when the factory may be asked again. */
  @Column({ name: 'next_attempt_at', type: 'datetime', precision: 3, nullable: true })
  nextAttemptAt: Date | null;

  /** When the order began to wait for an outage of its factory. The wait has a limit. */
  @Column({ name: 'waiting_since', type: 'datetime', precision: 3, nullable: true })
  waitingSince: Date | null;

  /** The message whose receives are the attempts at the factory. Copies of it ask for nothing. */
  @Column({ name: 'attempt_message_id', type: 'varchar', length: 128, nullable: true })
  attemptMessageId: string | null;

  @Column({ name: 'requested_at', type: 'datetime', precision: 3 })
  requestedAt: Date;

  @Column({ name: 'ordered_at', type: 'datetime', precision: 3, nullable: true })
  orderedAt: Date | null;

  /** When the goods are expected, by the factory's lead time. */
  @Column({ name: 'expected_at', type: 'datetime', precision: 3, nullable: true })
  expectedAt: Date | null;

  /** The range that was stated when the factory accepted the order: half of such orders arrive by its begin (P50). */
  @Column({ name: 'expected_from', type: 'datetime', precision: 3, nullable: true })
  expectedFrom: Date | null;

  /** Nine of ten such orders arrive by the end of that range (P90). */
  @Column({ name: 'expected_to', type: 'datetime', precision: 3, nullable: true })
  expectedTo: Date | null;

  /** Of a requested order: see `requestDeadline`. Of an ordered one: the time when it becomes overdue, and operators get a mail. */
  @Column({ name: 'deadline_at', type: 'datetime', precision: 3, nullable: true })
  deadlineAt: Date | null;

  @Column({ name: 'closed_at', type: 'datetime', precision: 3, nullable: true })
  closedAt: Date | null;
}
