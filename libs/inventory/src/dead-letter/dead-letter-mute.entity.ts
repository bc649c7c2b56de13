import { Column, Entity, PrimaryColumn } from 'typeorm';

/** No mail tells of dead letters of this queue and cause until then. */
@Entity('dead_letter_mute')
export class DeadLetterMute {
  @PrimaryColumn({ type: 'varchar', length: 64 })
  queue: string;

  @PrimaryColumn({ name: 'cause_code', type: 'varchar', length: 64 })
  causeCode: string;

  @Column({ name: 'muted_until', type: 'datetime', precision: 3 })
  mutedUntil: Date;

  @Column({ name: 'muted_by', type: 'varchar', length: 100 })
  mutedBy: string;
}
