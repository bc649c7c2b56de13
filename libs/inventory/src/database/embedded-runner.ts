import { BoundedLog } from '#runtime';
import { Logger } from '@nestjs/common';
import type BetterSqlite3 from 'better-sqlite3';
import { type DataSource, type EntityManager } from 'typeorm';
import { type BetterSqlite3Driver } from 'typeorm/driver/better-sqlite3/BetterSqlite3Driver.js';
import { isUnavailable } from './database-errors.js';
import { type EmbeddedConnection } from './embedded-connection.js';
import { type Change, type Statement, type Value } from './rows.js';
import {
  type TransactionPlan,
  entitiesOf,
  type Found,
  type RowQueries,
  type TransactionRunner,
} from './transaction-runner.js';

/** SQLite ended the transaction by itself, and the statement that it refused was not the last one. */
class TransactionLostError extends Error {
  readonly code = 'SQLITE_IOERR';

  constructor() {
    super('SQLite has rolled the transaction back by itself');
    this.name = 'TransactionLostError';
  }
}

/**
 * Transactions of the embedded database: it is in this process, so a statement at a time costs no round trip.
 *
 * It has one connection, so one piece of work has it at a time: TypeORM would mix the statements of two. It begins and
 * ends transactions itself, because TypeORM goes by a counter and not by the state of the connection. After a failure the
 * true state decides: unless this runner's own ROLLBACK has ended the transaction, the connection is closed, and the next
 * work opens another. Until that succeeds, all work fails as unavailable.
 */
export class EmbeddedRunner implements TransactionRunner {
  private readonly log = new BoundedLog(new Logger(EmbeddedRunner.name), {
    linesPerSecond: 2,
    overflowMessage: 'more connections were opened and closed in this second',
    overflowFact: 'lines',
  });
  /** By their texts. */
  private readonly keptStatements = new Map<string, BetterSqlite3.Statement<unknown[]>>();
  /** Settles when the work that has the connection is done. */
  private turn: Promise<unknown> = Promise.resolve();
  private isOpen = true;

  constructor(private readonly dataSource: DataSource) {}

  autocommit<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.alone(() => work(this.dataSource.manager));
  }

  /** A deferred transaction takes no write lock, so that other processes can sell meanwhile. */
  snapshot<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.alone(() => this.transaction('BEGIN DEFERRED', work, 'ROLLBACK'));
  }

  write<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.alone(() => this.transaction('BEGIN IMMEDIATE', work, 'COMMIT'));
  }

  find<const Queries extends RowQueries>(queries: Queries): Promise<Found<Queries>> {
    return this.alone(async () => this.found(queries));
  }

  lockThenWrite<const Queries extends RowQueries, T>(
    queries: Queries,
    decide: (found: Found<Queries>, manager: EntityManager) => Promise<TransactionPlan<T>>,
  ): Promise<T> {
    return this.write(async (manager) => {
      const { result, changes } = await decide(this.found(queries), manager);
      for (const change of changes) this.make(change);
      return result;
    });
  }

  private get driver(): BetterSqlite3Driver {
    return this.dataSource.driver as BetterSqlite3Driver;
  }

  private get connection(): EmbeddedConnection {
    return this.driver.databaseConnection as EmbeddedConnection;
  }

  private alone<T>(work: () => Promise<T>): Promise<T> {
    const result = this.turn.then(async () => {
      await this.open();
      try {
        return await work();
      } catch (error) {
        if (isUnavailable(error)) await this.discard((error as Error).message);
        throw error;
      }
    });
    this.turn = result.catch(() => undefined);
    return result;
  }

  private async transaction<T>(
    begin: string,
    work: (manager: EntityManager) => Promise<T>,
    end: 'COMMIT' | 'ROLLBACK',
  ): Promise<T> {
    this.connection.exec(begin);
    try {
      const result = await work(this.dataSource.manager);
      // What came after SQLite's own rollback was committed statement by statement: it must not pass for a whole.
      if (!this.connection.inTransaction) throw new TransactionLostError();
      this.connection.exec(end);
      return result;
    } catch (error) {
      await this.rollBack();
      throw error;
    }
  }

  /** Leaves no transaction open: one that was left would swallow the COMMIT of all that follow. */
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

  /** Closing rolls back whatever the connection has open. */
  private async discard(reason: string): Promise<void> {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.keptStatements.clear();
    this.log.warn('closes the connection to the embedded database', () => ({ reason }));
    await this.driver.disconnect().catch((error: unknown) => {
      this.log.warn('the connection does not close', () => ({ error: (error as Error).message }));
    });
  }

  private found<Queries extends RowQueries>(queries: Queries): Found<Queries> {
    return queries.map((query) =>
      entitiesOf(this.dataSource, query, this.kept(query.text).all(bound(query)) as object[]),
    ) as Found<Queries>;
  }

  /** Rows go in one at a time: SQLite takes longer to read the text of many. */
  private make(change: Change): void {
    if ('into' in change) {
      const columns = change.rows[0]!.map(() => '?').join(', ');
      const insert = this.kept(`INSERT INTO ${change.into} VALUES (${columns})`);
      for (const row of change.rows) insert.run(row);
    } else {
      this.prepare(change.text).run(bound(change));
    }
  }

  private kept(text: string): BetterSqlite3.Statement<unknown[]> {
    let statement = this.keptStatements.get(text);
    if (!statement) {
      statement = this.prepare(text);
      this.keptStatements.set(text, statement);
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
