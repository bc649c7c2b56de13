import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The id of the one row. */
export const HEARTBEAT_ID = 1;

/** The last write that showed that the database takes writes. One row, which nothing else reads. */
@Entity('heartbeat')
export class Heartbeat {
  @PrimaryColumn({ type: 'integer' })
  id: number;

  @Column({ name: 'beat_at', type: 'datetime', precision: 3 })
  beatAt: Date;
}
