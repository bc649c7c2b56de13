import { Entity, PrimaryColumn } from 'typeorm';

/** A row that broke an invariant when it was counted. An incremental reconcile looks at it again, until it is sound. */
@Entity('reconcile_finding')
export class ReconcileFinding {
  @PrimaryColumn({ type: 'varchar', length: 100 })
  invariant: string;

  @PrimaryColumn({ type: 'varchar', length: 255 })
  subject: string;
}
