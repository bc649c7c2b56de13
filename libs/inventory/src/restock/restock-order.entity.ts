import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';

/**
 * `REQUESTED -> ORDERED -> RECEIVED`. `DEAD_LETTERED` when the attempts to reach the factory are used up,
 * `OVERDUE` when the goods did not come by the deadline: both wait for a person, or for goods that come after all.
 * `CANCELLED` by a person.
 */
export type RestockOrderStatus =
  'REQUESTED' | 'ORDERED' | 'OVERDUE' | 'DEAD_LETTERED' | 'RECEIVED' | 'CANCELLED';

/**
 * The production order at the factory that refills one SKU. While it is open, no other can be:
 * a surge of refused buyers makes one order.
 */
@Entity('restock_order')
@Index('uq_restock_order_open_sku', ['openSku'], { unique: true })
@Index('ix_restock_order_sku', ['sku', 'requestedAt'])
@Index('ix_restock_order_status', ['status', 'deadlineAt'])
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

  @Column({ type: 'varchar', length: 16 })
  status: RestockOrderStatus;

  /** The SKU while the order is open, null afterwards: the unique key that keeps a second order from opening. */
  @Column({ name: 'open_sku', type: 'varchar', length: 64, nullable: true })
  openSku: string | null;

  /** How often the factory was asked. */
  @Column({ type: 'int', default: 0 })
  attempts: number;

  /** An attempt is under way, and nobody else may start one, until then. */
  @Column({ name: 'attempt_until', type: 'datetime', precision: 3, nullable: true })
  attemptUntil: Date | null;

  /** Why the last attempt failed. */
  @Column({ name: 'last_error', type: 'varchar', length: 500, nullable: true })
  lastError: string | null;

  @Column({ name: 'requested_at', type: 'datetime', precision: 3 })
  requestedAt: Date;

  @Column({ name: 'ordered_at', type: 'datetime', precision: 3, nullable: true })
  orderedAt: Date | null;

  /** When the goods are expected, by the factory's lead time. */
  @Column({ name: 'expected_at', type: 'datetime', precision: 3, nullable: true })
  expectedAt: Date | null;

  /** Once ordered, when a person is told that the goods did not come; before that, see {@link askingDeadline}. */
  @Column({ name: 'deadline_at', type: 'datetime', precision: 3, nullable: true })
  deadlineAt: Date | null;

  @Column({ name: 'closed_at', type: 'datetime', precision: 3, nullable: true })
  closedAt: Date | null;
}

/** Longer than all attempts at a message take together, in ms. */
const ASKING_TIME_MS = 30 * 60_000;

/** When the message of a `REQUESTED` order counts as lost, and is sent again. `from` is now, by the database's clock. */
export function askingDeadline(from: Date): Date {
  return new Date(from.getTime() + ASKING_TIME_MS);
}
