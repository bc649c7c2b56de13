import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Where a product is made. Reached through its legacy API, which is slow and narrow. */
@Entity('factory')
export class Factory {
  @PrimaryColumn({ type: 'varchar', length: 32 })
  id: string;

  @Column({ type: 'varchar', length: 200 })
  name: string;

  @Column({ name: 'manager_email', type: 'varchar', length: 254 })
  managerEmail: string;

  @Column({ name: 'api_url', type: 'varchar', length: 500 })
  apiUrl: string;

  /** Time from an accepted restock order to its goods, as the factory promises it. */
  @Column({ name: 'lead_time_seconds', type: 'int' })
  leadTimeSeconds: number;

  /** Time from an accepted restock order until a person is told that its goods are missing. */
  @Column({ name: 'overdue_after_seconds', type: 'int' })
  overdueAfterSeconds: number;
}
