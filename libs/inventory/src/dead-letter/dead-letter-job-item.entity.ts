import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** What would become of a letter of a job when the job was planned. */
export const DEAD_LETTER_PLANS = ['REDRIVE', 'DISCARD', 'SATISFIED', 'UNSAFE', 'NOT_REDRIVABLE'] as const;
export type DeadLetterPlan = (typeof DEAD_LETTER_PLANS)[number];

/** What became of a letter of a job; `PENDING` until then. Each letter has one outcome. */
export const DEAD_LETTER_JOB_OUTCOMES = [
  'PENDING',
  'REDRIVEN',
  'DISCARDED',
  /** What it asks for is done already: closed, and not sent. */
  'SATISFIED',
  /** A redrive may do it twice: left open. */
  'UNSAFE',
  /** It would fail again as it is: left open. */
  'NOT_REDRIVABLE',
  /** Somebody else has redriven or discarded it. */
  'RESOLVED_BEFORE',
  /** The job was cancelled before its turn: left open. */
  'CANCELLED',
] as const;
export type DeadLetterJobOutcome = (typeof DEAD_LETTER_JOB_OUTCOMES)[number];

/** One letter of a {@link DeadLetterJob}. */
@Entity('dead_letter_job_item')
@Index('uq_dead_letter_job_item_letter', ['jobId', 'deadLetterId'], { unique: true })
@Index('ix_dead_letter_job_item_created_at', ['createdAt'])
@Index('ix_dead_letter_job_item_outcome', ['jobId', 'outcome', 'deadLetterId'])
export class DeadLetterJobItem {
  @PrimaryColumn({ type: 'varchar', length: 36 })
  id: string;

  @Column({ name: 'job_id', type: 'varchar', length: 36 })
  jobId: string;

  /** The order of ids is the order in which the letters are redriven: oldest first. */
  @Column({ name: 'dead_letter_id', type: 'varchar', length: 36 })
  deadLetterId: string;

  @Column({ type: 'varchar', length: 16 })
  plan: DeadLetterPlan;

  @Column({ type: 'varchar', length: 16 })
  outcome: DeadLetterJobOutcome;

  /** The circuit that must be closed before it is redriven; null where there is none. */
  @Column({ type: 'varchar', length: 80, nullable: true })
  circuit: string | null;

  /** When the job was planned. */
  @Column({ name: 'created_at', type: 'datetime', precision: 3 })
  createdAt: Date;

  @Column({ name: 'done_at', type: 'datetime', precision: 3, nullable: true })
  doneAt: Date | null;
}
