import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A mail that was sent: what keeps a message that is delivered twice from becoming two mails. */
@Entity('notification')
export class Notification {
  @PrimaryColumn({ type: 'varchar', length: 36 })
  id: string;

  @Column({ type: 'varchar', length: 32 })
  kind: string;

  @Column({ type: 'varchar', length: 254 })
  recipient: string;

  @Column({ type: 'varchar', length: 200 })
  subject: string;

  @Column({ name: 'sent_at', type: 'datetime', precision: 3 })
  sentAt: Date;
}
