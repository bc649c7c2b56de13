import { BoundedLog } from '#runtime';
import { Injectable, Logger, Optional } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { DataSource, type EntityManager, type ObjectLiteral, type SelectQueryBuilder } from 'typeorm';
import { InventoryError } from '../errors.js';
import { type TimeLimits, TIME_LIMITS } from './bounded-connection.js';
import { isConflict, isLockWait, isUnavailable } from './database-errors.js';
import { EmbeddedRunner } from './embedded-runner.js';
import { HEARTBEAT_ID, Heartbeat } from './heartbeat.entity.js';
import { MysqlRunner } from './mysql-runner.js';
import { MultiStatementRunner } from './multi-statement-runner.js';
import { SharedCheck } from './shared-check.js';
import {
  type TransactionPlan,
  type Found,
  type RowQueries,
  type TransactionRunner,
} from './transaction-runner.js';

/** How long, in ms, a write that was committed shows that the database takes writes. */
const PROBE_FRESH_MS = 500;

/** How often a transaction that lost a conflict is run before the database counts as unavailable. */
const MAX_ATTEMPTS = 8;

/** The same for one that waited in vain for a lock: it has kept its buyer for seconds already. */
const MAX_LOCK_WAITS = 2;

/**
 * The only way to the tables. Every transaction runs here, so that it is the same on both databases:
 * `READ COMMITTED` or stricter, and retried whole after a deadlock or a busy lock.
 *
 * @throws InventoryError `DATABASE.UNAVAILABLE` from every method when the database cannot be reached, takes no
 * writes, or does not answer in time
 */
@Injectable()
export class Database {
  private readonly outageLog = new BoundedLog(new Logger(Database.name), {
    linesPerSecond: 1,
    overflowMessage: 'the database was unavailable more often in this second',
    overflowFact: 'errors',
  });
  private readonly insideTransaction = new AsyncLocalStorage<true>();
  private readonly runner: TransactionRunner;
  private readonly writeProbe = new SharedCheck(PROBE_FRESH_MS, () => this.beat());

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    scripts: MultiStatementRunner,
    @Optional() private readonly limits: TimeLimits = TIME_LIMITS,
  ) {
    this.runner = this.isEmbedded
      ? new EmbeddedRunner(dataSource)
      : new MysqlRunner(dataSource, scripts, limits);
  }

  get isEmbedded(): boolean {
    return this.dataSource.options.type === 'better-sqlite3';
  }

  /** Statements that only read, each seeing what is committed. With `within` they run in that transaction. */
  async read<T>(work: (manager: EntityManager) => Promise<T>, within?: EntityManager): Promise<T> {
    if (within) return work(within);
    return this.guarded(() => this.outermost(() => this.runner.autocommit(work)));
  }

  /** Statements that only read, all seeing the same moment. They keep nobody from writing, however long they take. */
  async snapshot<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.guarded(() => this.outermost(() => this.runner.snapshot(work)));
  }

  /**
   * One transaction. `work` may run several times, so it has no effect but through `manager`,
   * and waits for nothing outside the database: it may hold locks that every buyer wants.
   *
   * @param within the caller's transaction: `work` becomes a part of it, and only the whole is run again
   */
  async write<T>(work: (manager: EntityManager) => Promise<T>, within?: EntityManager): Promise<T> {
    if (within) return work(within);
    return this.retried(() => this.runner.write(work));
  }

  /** As {@link read}, for what sales wait for: one trip to MySQL, on a connection that is kept for them. */
  async find<const Queries extends RowQueries>(queries: Queries): Promise<Found<Queries>> {
    return this.guarded(() => this.outermost(() => this.runner.find(queries)));
  }

  /**
   * As {@link write}, for what sales wait for: two trips to MySQL. The first finds and locks rows, the second makes
   * the changes that `decide` wants to see and commits. Whatever else `decide` does through `manager` is trips more.
   */
  async lockThenWrite<const Queries extends RowQueries, T>(
    queries: Queries,
    decide: (found: Found<Queries>, manager: EntityManager) => Promise<TransactionPlan<T>>,
  ): Promise<T> {
    return this.retried(() => this.runner.lockThenWrite(queries, decide));
  }

  /** Makes a query lock the rows that it selects. The embedded database has no row locks: a writer has it alone. */
  forUpdate<Entity extends ObjectLiteral>(
    query: SelectQueryBuilder<Entity>,
    { skipLocked = false } = {},
  ): SelectQueryBuilder<Entity> {
    if (this.isEmbedded) return query;
    query.setLock('pessimistic_write');
    return skipLocked ? query.setOnLocked('skip_locked') : query;
  }

  /**
   * Resolves when the database takes writes: it has just committed one. Calls at the same time share one write, and a
   * success counts for {@link PROBE_FRESH_MS}, so that no number of health checks keeps the disk busy.
   */
  async assertWritable(): Promise<void> {
    await this.writeProbe.run();
  }

  /**
   * Only a write that is committed shows a full disk, or a server that only reads. One statement of its own: a process that
   * froze inside a longer transaction would hold the row, and every other process would look unable to write.
   */
  private async beat(): Promise<void> {
    await this.retried(() =>
      this.runner.autocommit(
        // eslint-disable-next-line no-restricted-syntax -- only forces a write: nothing judges its age
        (manager) => manager.upsert(Heartbeat, { id: HEARTBEAT_ID, beatAt: new Date() }, ['id']),
        this.limits.probeMs,
      ),
    );
  }

  /** Refuses what would wait for itself: for the embedded database's one connection, or for its own row locks. */
  private async outermost<T>(work: () => Promise<T>): Promise<T> {
    if (this.insideTransaction.getStore()) {
      throw new Error('A transaction inside a transaction would wait for itself: use the manager at hand.');
    }
    return this.insideTransaction.run(true, work);
  }

  /** A transaction that lost a conflict is run again, whole. */
  private async retried<T>(transaction: () => Promise<T>): Promise<T> {
    return this.guarded(async () => {
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await this.outermost(transaction);
        } catch (error) {
          if (!isConflict(error) || attempt >= (isLockWait(error) ? MAX_LOCK_WAITS : MAX_ATTEMPTS))
            throw error;
          await sleep(Math.random() * 10 * 2 ** attempt);
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
