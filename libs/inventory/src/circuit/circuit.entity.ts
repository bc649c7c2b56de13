import { Column, Entity, PrimaryColumn } from 'typeorm';

/** `OPEN`: the dependency failed several times in a row, and is called again only to probe it. */
export type CircuitState = 'CLOSED' | 'OPEN';

/**
 * The circuit breaker and the rate limit of the calls to one dependency. It is stored, so that all workers share it and a
 * restart keeps it.
 */
@Entity('circuit')
export class Circuit {
  /** Such as `factory:FF-1`. */
  @PrimaryColumn({ type: 'varchar', length: 64 })
  name: string;

  @Column({ type: 'varchar', length: 16 })
  state: CircuitState;

  /** Failed calls in a row. */
  @Column({ type: 'int', default: 0 })
  failures: number;

  @Column({ name: 'opened_at', type: 'datetime', precision: 3, nullable: true })
  openedAt: Date | null;

  /** While it is open: when the next caller may probe the dependency. */
  @Column({ name: 'retry_at', type: 'datetime', precision: 3, nullable: true })
  retryAt: Date | null;

  /** The caller that may probe the dependency before then. */
  @Column({ type: 'varchar', length: 36, nullable: true })
  probe: string | null;

  /** The cause of the last failure. */
  @Column({ type: 'varchar', length: 500, nullable: true })
  reason: string | null;

  /** When the operators were last told of the outage; null when they were not. */
  @Column({ name: 'told_at', type: 'datetime', precision: 3, nullable: true })
  toldAt: Date | null;

  /** When a call is due by the rate alone, after all calls that were admitted until now. */
  @Column({ name: 'next_call_at', type: 'datetime', precision: 3, nullable: true })
  nextCallAt: Date | null;
}
