import { Injectable, Logger, Optional } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { DataSource, type EntityManager, type ObjectLiteral, type SelectQueryBuilder } from 'typeorm';
import { InventoryError } from '../errors.js';
import { onBoundedConnection, type TimeLimits, TIME_LIMITS } from './bounded-connection.js';
import { isConflict, isLockWait, isUnavailable } from './database-errors.js';
import { EmbeddedRunner } from './embedded-runner.js';
import { ScriptRunner } from './script-runner.js';
import { type Decided, type Found, type RowQueries, type TransactionRunner } from './transaction-runner.js';

/** How often a transaction that lost a conflict is run before the database counts as unavailable. */
const MAX_ATTEMPTS = 8;

/** The same for one that waited in vain for a lock: it has kept its buyer for seconds already. */
const MAX_LOCK_WAITS = 2;

/**
 * The only way to the tables. Every transaction runs here, so that it is the same on both databases:
 * `READ COMMITTED` or stricter, retried whole after a deadlock or a busy lock, and never two at once on the
 * embedded database's single connection, where TypeORM would mix their statements.
 *
 * @throws InventoryError `DATABASE.UNAVAILABLE` from every method when the database cannot be reached, or MySQL does
 * not answer in time
 */
@Injectable()
export class Database {
  private readonly logger = new Logger(Database.name);
  private readonly insideTransaction = new AsyncLocalStorage<true>();
  /** Settles when the work that is now on the embedded database's connection is done. */
  private embeddedTurn: Promise<unknown> = Promise.resolve();
  private readonly runner: TransactionRunner;

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    scripts: ScriptRunner,
    @Optional() private readonly limits: TimeLimits = TIME_LIMITS,
  ) {
    this.runner = this.isEmbedded ? new EmbeddedRunner(dataSource) : scripts;
  }

  get isEmbedded(): boolean {
    return this.dataSource.options.type === 'better-sqlite3';
  }

  /** Statements that only read, each seeing what is committed. */
  async read<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.guarded(() => this.inTurn(() => this.onConnection(this.limits.workMs, work)));
  }

  /** Statements that only read, all seeing the same moment. They keep nobody from writing, however long they take. */
  async snapshot<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.guarded(() =>
      this.inTurn(() =>
        this.isEmbedded
          ? this.embeddedSnapshot(work)
          : this.onConnection(this.limits.snapshotMs, (manager) =>
              manager.transaction('REPEATABLE READ', work),
            ),
      ),
    );
  }

  /**
   * One transaction. `work` may run several times, so it has no effect but through `manager`,
   * and waits for nothing outside the database: it may hold locks that every buyer wants.
   */
  async write<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.retried(() => this.onConnection(this.limits.workMs, (manager) => manager.transaction(work)));
  }

  /** As {@link read}, for what sales wait for: one trip to MySQL, on a connection that is kept for them. */
  async find<const Queries extends RowQueries>(queries: Queries): Promise<Found<Queries>> {
    return this.guarded(() => this.inTurn(() => this.runner.find(queries)));
  }

  /**
   * As {@link write}, for what sales wait for: two trips to MySQL. The first finds and locks rows, the second makes
   * the changes that `decide` wants to see and commits. Whatever else `decide` does through `manager` is trips more.
   */
  async decide<const Queries extends RowQueries, T>(
    queries: Queries,
    decide: (found: Found<Queries>, manager: EntityManager) => Promise<Decided<T>>,
  ): Promise<T> {
    return this.retried(() => this.runner.decide(queries, decide));
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

  async ping(): Promise<void> {
    await this.read((manager) => manager.query('SELECT 1'));
  }

  /** The embedded database has no other side that could fall silent. */
  private onConnection<T>(limitMs: number, work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.isEmbedded
      ? work(this.dataSource.manager)
      : onBoundedConnection(this.dataSource, limitMs, work);
  }

  /** TypeORM's own transaction would take the write lock, and other processes could not sell meanwhile. */
  private async embeddedSnapshot<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    const { manager } = this.dataSource;
    await manager.query('BEGIN DEFERRED');
    try {
      return await work(manager);
    } finally {
      await manager.query('ROLLBACK');
    }
  }

  /** Runs `work` alone on the embedded database's connection; on MySQL, at once on one of the pool. */
  private async inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.insideTransaction.getStore()) {
      throw new Error('A transaction inside a transaction would wait for itself: use the manager at hand.');
    }
    const run = () => this.insideTransaction.run(true, work);
    if (!this.isEmbedded) return run();
    const result = this.embeddedTurn.then(run);
    this.embeddedTurn = result.catch(() => undefined);
    return result;
  }

  /** A transaction that lost a conflict is run again, whole. */
  private async retried<T>(transaction: () => Promise<T>): Promise<T> {
    return this.guarded(async () => {
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await this.inTurn(transaction);
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
      this.logger.error(`The database did not answer: ${(error as Error).message}`);
      throw new InventoryError(
        'DATABASE.UNAVAILABLE',
        'The warehouse cannot be reached right now.',
        {},
        { cause: error },
      );
    }
  }
}
