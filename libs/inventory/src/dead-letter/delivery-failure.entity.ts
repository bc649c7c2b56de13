import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** The cause of one failed attempt at a message, for its {@link DeadLetter}: SQS stores none. */
@Entity('delivery_failure')
@Index('ix_delivery_failure_message', ['messageId', 'receiveCount'])
@Index('ix_delivery_failure_failed_at', ['failedAt'])
export class DeliveryFailure {
  @PrimaryColumn({ type: 'varchar', length: 36 })
  id: string;

  @Column({ name: 'message_id', type: 'varchar', length: 128 })
  messageId: string;

  @Column({ name: 'receive_count', type: 'int' })
  receiveCount: number;

  @Column({ type: 'varchar', length: 64 })
  code: string;

  @Column({ type: 'varchar', length: 500 })
  detail: string;

  @Column({ name: 'failed_at', type: 'datetime', precision: 3 })
  failedAt: Date;
}
