import { type Backoff, BoundedLog, exponentialBackoff, withJitter } from '#runtime';
import { Logger } from '@nestjs/common';
import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { type DataSource, type EntityManager, type ObjectLiteral, type SelectQueryBuilder } from 'typeorm';
import { InventoryError } from '../errors.js';
import { type TimeLimits } from './bounded-connection.js';
import { isConflict, isLockWait, isUnavailable } from './database-errors.js';
import { HEARTBEAT_ID, Heartbeat } from './heartbeat.entity.js';
import { type MultiStatementRunner } from './multi-statement-runner.js';
import { type Decide, type Found, type RowQueries, type RowQuery } from './row-queries.js';
import { SharedCheck } from './shared-check.js';

/** How long, in ms, a committed write shows that the database takes writes. */
const PROBE_FRESH_MS = 500;

/** Attempts of a transaction that lost a conflict. After the last one, the database counts as unavailable. */
const MAX_ATTEMPTS = 8;

/** The same for a transaction that did not get a lock in time: its buyer has waited for seconds already. */
const MAX_LOCK_WAITS = 2;

/** The longest pauses between two attempts, in ms. */
const RETRY_MS: Backoff = { first: 20, max: 2_560 };

/**
 * The only way to the tables, for both databases: {@link MysqlDatabase} and {@link EmbeddedDatabase}. Every transaction
 * is `READ COMMITTED` or stricter, and is run again as a whole after a deadlock or a busy lock.
 *
 * @throws InventoryError `DATABASE.UNAVAILABLE` from every method when the database cannot be reached, takes no writes,
 * or does not answer in time
 */
export abstract class Database {
  private readonly outageLog = new BoundedLog(new Logger(Database.name), {
    linesPerSecond: 1,
    overflowMessage: 'the database was unavailable more often in this second',
    overflowFact: 'errors',
  });
  private readonly insideTransaction = new AsyncLocalStorage<true>();
  private readonly writeProbe = new SharedCheck(PROBE_FRESH_MS, () => this.beat());

  constructor(
    protected readonly dataSource: DataSource,
    protected readonly limits: TimeLimits,
  ) {}

  /** Sends several statements in one round trip. The embedded database has none: it reads one statement at a time. */
  abstract readonly multiStatement: MultiStatementRunner | undefined;

  /** Makes a query lock the rows that it selects. */
  abstract forUpdate<Entity extends ObjectLiteral>(
    query: SelectQueryBuilder<Entity>,
    options?: { skipLocked?: boolean },
  ): SelectQueryBuilder<Entity>;

  /** More rows of a transaction of {@link lockThenWrite}, whose queries could not be known before the first rows. */
  abstract lockMore<Row extends ObjectLiteral>(manager: EntityManager, query: RowQuery<Row>): Promise<Row[]>;

  /** The time of the database, to the millisecond, in the caller's transaction. */
  abstract now(manager: EntityManager): Promise<Date>;

  /** Statements that only read. Each sees what is committed. With `within` they run in that transaction. */
  async read<T>(work: (manager: EntityManager) => Promise<T>, within?: EntityManager): Promise<T> {
    if (within) return work(within);
    return this.guarded(() => this.outermost(() => this.autocommit(work)));
  }

  /** Statements that only read, and all see the same moment. They block no writer, however long they take. */
  async snapshot<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.guarded(() => this.outermost(() => this.readTransaction(work)));
  }

  /**
   * One transaction. `work` may run several times, so that it has no effect but through `manager`. It waits for nothing
   * outside the database, because it may hold locks that every buyer needs.
   *
   * @param within the caller's transaction: `work` becomes a part of it, and only the whole is run again
   */
  async write<T>(work: (manager: EntityManager) => Promise<T>, within?: EntityManager): Promise<T> {
    if (within) return work(within);
    return this.retried(() => this.transaction(work));
  }

  /** As {@link read}, for queries that sales wait for: one round trip to MySQL, on a connection that only sales use. */
  async find<const Queries extends RowQueries>(queries: Queries): Promise<Found<Queries>> {
    return this.guarded(() => this.outermost(() => this.select(queries)));
  }

  /**
   * As {@link write}, for transactions that sales wait for: two round trips to MySQL. The first finds and locks rows.
   * The second makes the changes that `decide` returns, and commits. Each statement that `decide` runs through `manager`
   * is a round trip more.
   */
  async lockThenWrite<const Queries extends RowQueries, T>(
    queries: Queries,
    decide: Decide<Queries, T>,
  ): Promise<T> {
    return this.retried(() => this.lockedTransaction(queries, decide));
  }

  /**
   * Resolves when the database takes writes: it has just committed one. Concurrent calls share one write, and a success
   * counts for {@link PROBE_FRESH_MS}, so that health checks do not keep the disk busy, however many there are.
   */
  async assertWritable(): Promise<void> {
    await this.writeProbe.run();
  }

  /**
   * Runs statements that are each a transaction of their own.
   *
   * @param limitMs the longest time that a database on another machine may take
   */
  protected abstract autocommit<T>(
    work: (manager: EntityManager) => Promise<T>,
    limitMs?: number,
  ): Promise<T>;

  protected abstract readTransaction<T>(work: (manager: EntityManager) => Promise<T>): Promise<T>;

  protected abstract transaction<T>(work: (manager: EntityManager) => Promise<T>): Promise<T>;

  protected abstract select<const Queries extends RowQueries>(queries: Queries): Promise<Found<Queries>>;

  protected abstract lockedTransaction<const Queries extends RowQueries, T>(
    queries: Queries,
    decide: Decide<Queries, T>,
  ): Promise<T>;

  /**
   * Only a committed write shows a full disk, or a server that only reads. It is one statement of its own: a process that
   * hangs inside a longer transaction would hold the row, and every other process would look unable to write.
   */
  private async beat(): Promise<void> {
    await this.retried(() =>
      this.autocommit(
        // eslint-disable-next-line no-restricted-syntax -- only forces a write: nothing depends on its age
        (manager) => manager.upsert(Heartbeat, { id: HEARTBEAT_ID, beatAt: new Date() }, ['id']),
        this.limits.probeMs,
      ),
    );
  }

  /** Refuses work that would wait for itself: for the embedded database's one connection, or for its own row locks. */
  private async outermost<T>(work: () => Promise<T>): Promise<T> {
    if (this.insideTransaction.getStore()) {
      throw new Error('A transaction inside a transaction would wait for itself: use the manager at hand.');
    }
    return this.insideTransaction.run(true, work);
  }

  /** Runs a transaction that lost a conflict again, as a whole. */
  private async retried<T>(transaction: () => Promise<T>): Promise<T> {
    return this.guarded(async () => {
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await this.outermost(transaction);
        } catch (error) {
          if (!isConflict(error) || attempt >= (isLockWait(error) ? MAX_LOCK_WAITS : MAX_ATTEMPTS))
            throw error;
          await sleep(withJitter(exponentialBackoff(attempt, RETRY_MS), 1));
        }
      }
    });
  }

  private async guarded<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (!isUnavailable(error) && !isConflict(error)) throw error;
      this.outageLog.warn('the database is unavailable', () => ({ error: (error as Error).message }));
      throw new InventoryError(
        'DATABASE.UNAVAILABLE',
        'The warehouse cannot be reached right now.',
        {},
        { cause: error },
      );
    }
  }
}
