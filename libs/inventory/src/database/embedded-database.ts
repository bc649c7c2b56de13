import { BoundedLog } from '#runtime';
import { Logger } from '@nestjs/common';
import type BetterSqlite3 from 'better-sqlite3';
import { type EntityManager, type ObjectLiteral, type SelectQueryBuilder } from 'typeorm';
import { type BetterSqlite3Driver } from 'typeorm/driver/better-sqlite3/BetterSqlite3Driver.js';
import { Database } from './database.js';
import { isUnavailable } from './database-errors.js';
import { type EmbeddedConnection } from './embedded-connection.js';
import { type Decide, entitiesOf, type Found, type RowQueries, type RowQuery } from './row-queries.js';
import { type Change, type Statement, storedTime, type Value } from './rows.js';

/** SQLite ended the transaction by itself, and the statement that it refused was not the last one. */
class TransactionLostError extends Error {
  readonly code = 'SQLITE_IOERR';

  constructor() {
    super('SQLite has rolled the transaction back by itself');
    this.name = 'TransactionLostError';
  }
}

/**
 * SQLite in this process, where each statement costs no round trip.
 *
 * It has one connection, which one piece of work uses at a time: TypeORM would mix the statements of two. This class
 * begins and ends transactions itself, because TypeORM goes by a counter and not by the state of the connection. After a
 * failure the true state decides: the connection is closed, unless this class's own ROLLBACK has ended the transaction.
 * The next work opens another. Until that succeeds, all work fails as unavailable.
 */
export class EmbeddedDatabase extends Database {
  override readonly multiStatement = undefined;
  private readonly log = new BoundedLog(new Logger(EmbeddedDatabase.name), {
    linesPerSecond: 2,
    overflowMessage: 'more connections were opened and closed in this second',
    overflowFact: 'lines',
  });
  /** By their texts. */
  private readonly statementCache = new Map<string, BetterSqlite3.Statement<unknown[]>>();
  /** Settles when the connection is free again. */
  private lastWork: Promise<unknown> = Promise.resolve();
  private isOpen = true;

  /** Returns the query unchanged: SQLite has no row locks, and a writer has the whole database. */
  override forUpdate<Entity extends ObjectLiteral>(
    query: SelectQueryBuilder<Entity>,
  ): SelectQueryBuilder<Entity> {
    return query;
  }

  override async lockMore<Row extends ObjectLiteral>(_: EntityManager, query: RowQuery<Row>): Promise<Row[]> {
    return this.rowsOf([query])[0];
  }

  override async now(manager: EntityManager): Promise<Date> {
    const [row] = await manager.query<[{ now: string }]>(
      `SELECT strftime('%Y-%m-%d %H:%M:%f', 'now') AS now`,
    );
    return storedTime(row.now);
  }

  protected override autocommit<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.exclusively(() => work(this.dataSource.manager));
  }

  /** A deferred transaction takes no write lock, so that other processes can sell meanwhile. */
  protected override readTransaction<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.exclusively(() => this.inTransaction('BEGIN DEFERRED', work, 'ROLLBACK'));
  }

  protected override transaction<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.exclusively(() => this.inTransaction('BEGIN IMMEDIATE', work, 'COMMIT'));
  }

  protected override select<const Queries extends RowQueries>(queries: Queries): Promise<Found<Queries>> {
    return this.exclusively(async () => this.rowsOf(queries));
  }

  protected override lockedTransaction<const Queries extends RowQueries, T>(
    queries: Queries,
    decide: Decide<Queries, T>,
  ): Promise<T> {
    return this.transaction(async (manager) => {
      const { result, changes } = await decide(this.rowsOf(queries), manager);
      for (const change of changes) this.execute(change);
      return result;
    });
  }

  private get driver(): BetterSqlite3Driver {
    return this.dataSource.driver as BetterSqlite3Driver;
  }

  private get connection(): EmbeddedConnection {
    return this.driver.databaseConnection as EmbeddedConnection;
  }

  /** Runs `work` when the work before it has ended. */
  private exclusively<T>(work: () => Promise<T>): Promise<T> {
    const result = this.lastWork.then(async () => {
      await this.open();
      try {
        return await work();
      } catch (error) {
        if (isUnavailable(error)) await this.discard((error as Error).message);
        throw error;
      }
    });
    this.lastWork = result.catch(() => undefined);
    return result;
  }

  private async inTransaction<T>(
    begin: string,
    work: (manager: EntityManager) => Promise<T>,
    end: 'COMMIT' | 'ROLLBACK',
  ): Promise<T> {
    this.connection.exec(begin);
    try {
      const result = await work(this.dataSource.manager);
      // SQLite has committed each statement after its own rollback by itself: this must not pass for the whole.
      if (!this.connection.inTransaction) throw new TransactionLostError();
      this.connection.exec(end);
      return result;
    } catch (error) {
      await this.rollBack();
      throw error;
    }
  }

  /** Leaves no transaction open: the COMMIT of the next ones would be lost in it. */
  private async rollBack(): Promise<void> {
    if (!this.connection.inTransaction) return this.discard('SQLite has rolled back by itself');
    try {
      this.connection.exec('ROLLBACK');
    } catch (error) {
      await this.discard(`its ROLLBACK failed: ${(error as Error).message}`);
    }
  }

  private async open(): Promise<void> {
    if (this.isOpen) return;
    await this.driver.connect();
    this.isOpen = true;
    this.log.warn('opened a new connection to the embedded database', () => ({}));
  }

  /** Closing a connection rolls back its open transaction. */
  private async discard(reason: string): Promise<void> {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.statementCache.clear();
    this.log.warn('closes the connection to the embedded database', () => ({ reason }));
    await this.driver.disconnect().catch((error: unknown) => {
      this.log.warn('the connection does not close', () => ({ error: (error as Error).message }));
    });
  }

  private rowsOf<const Queries extends RowQueries>(queries: Queries): Found<Queries> {
    return queries.map((query) =>
      entitiesOf(this.dataSource, query, this.cachedStatement(query.text).all(bound(query)) as object[]),
    ) as Found<Queries>;
  }

  /** Inserts one row at a time: SQLite takes longer to parse a statement of many rows. */
  private execute(change: Change): void {
    if ('into' in change) {
      const columns = change.rows[0]!.map(() => '?').join(', ');
      const insert = this.cachedStatement(
        `${change.replaces ? 'REPLACE' : 'INSERT'} INTO ${change.into} VALUES (${columns})`,
      );
      for (const row of change.rows) insert.run(row);
    } else {
      this.prepare(change.text).run(bound(change));
    }
  }

  private cachedStatement(text: string): BetterSqlite3.Statement<unknown[]> {
    let statement = this.statementCache.get(text);
    if (!statement) {
      statement = this.prepare(text);
      this.statementCache.set(text, statement);
    }
    return statement;
  }

  private prepare(text: string): BetterSqlite3.Statement<unknown[]> {
    return this.connection.prepare(text.replaceAll('IN (?)', 'IN (SELECT value FROM json_each(?))'));
  }
}

function bound({ values }: Statement): (Value | string)[] {
  return values.map((value) => (Array.isArray(value) ? JSON.stringify(value) : (value as Value)));
}
