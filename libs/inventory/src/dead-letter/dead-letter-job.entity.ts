import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** `PLANNED`: nothing was done yet. `PAUSED`: the first letter was, as a test. */
export const DEAD_LETTER_JOB_STATUSES = ['PLANNED', 'RUNNING', 'PAUSED', 'DONE', 'CANCELLED'] as const;
export type DeadLetterJobStatus = (typeof DEAD_LETTER_JOB_STATUSES)[number];

export const DEAD_LETTER_JOB_ACTIONS = ['REDRIVE', 'DISCARD'] as const;
export type DeadLetterJobAction = (typeof DEAD_LETTER_JOB_ACTIONS)[number];

/** Redrives or discards the dead letters that were open and matched its filter when it was planned, and no others. */
@Entity('dead_letter_job')
@Index('ix_dead_letter_job_created_at', ['createdAt'])
@Index('ix_dead_letter_job_due', ['status', 'nextAt'])
export class DeadLetterJob {
  /** A UUIDv7. */
  @PrimaryColumn({ type: 'varchar', length: 36 })
  id: string;

  @Column({ type: 'varchar', length: 16 })
  action: DeadLetterJobAction;

  @Column({ type: 'varchar', length: 16 })
  status: DeadLetterJobStatus;

  /** As the operator gave it. */
  @Column({ type: 'json' })
  filter: Record<string, unknown>;

  @Column({ name: 'includes_unsafe', type: 'boolean', default: false })
  includesUnsafe: boolean;

  /** It pauses after one letter: a test. */
  @Column({ name: 'only_first', type: 'boolean', default: false })
  onlyFirst: boolean;

  @Column({ name: 'letters_per_second', type: 'int' })
  lettersPerSecond: number;

  @Column({ type: 'varchar', length: 400, nullable: true })
  note: string | null;

  @Column({ name: 'created_at', type: 'datetime', precision: 3 })
  createdAt: Date;

  @Column({ name: 'created_by', type: 'varchar', length: 100 })
  createdBy: string;

  /** The letters are resolved in this name. */
  @Column({ name: 'started_by', type: 'varchar', length: 100, nullable: true })
  startedBy: string | null;

  @Column({ name: 'finished_at', type: 'datetime', precision: 3, nullable: true })
  finishedAt: Date | null;

  /** When the next letters are due, by the rate or because it waits. */
  @Column({ name: 'next_at', type: 'datetime', precision: 3, nullable: true })
  nextAt: Date | null;

  /** Why nothing is done although it runs. */
  @Column({ name: 'waits_for', type: 'varchar', length: 200, nullable: true })
  waitsFor: string | null;
}
