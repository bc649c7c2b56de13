import { type OnApplicationShutdown } from '@nestjs/common';
import { type DataSource, type EntityManager, type ObjectLiteral, type SelectQueryBuilder } from 'typeorm';
import { onBoundedConnection, type TimeLimits } from './bounded-connection.js';
import { Database } from './database.js';
import { MultiStatementRunner, queryText } from './multi-statement-runner.js';
import { type Decide, entitiesOf, type Found, type RowQueries, type RowQuery } from './row-queries.js';
import { storedTime } from './rows.js';

/** MySQL: each transaction on a connection of the pool, and those that sales wait for on connections of their own. */
export class MysqlDatabase extends Database implements OnApplicationShutdown {
  override readonly multiStatement: MultiStatementRunner;

  constructor(dataSource: DataSource, limits: TimeLimits) {
    super(dataSource, limits);
    this.multiStatement = new MultiStatementRunner(dataSource, limits);
  }

  override forUpdate<Entity extends ObjectLiteral>(
    query: SelectQueryBuilder<Entity>,
    { skipLocked = false } = {},
  ): SelectQueryBuilder<Entity> {
    query.setLock('pessimistic_write');
    return skipLocked ? query.setOnLocked('skip_locked') : query;
  }

  override async lockMore<Row extends ObjectLiteral>(
    manager: EntityManager,
    query: RowQuery<Row>,
  ): Promise<Row[]> {
    return entitiesOf(this.dataSource, query, await manager.query<ObjectLiteral[]>(queryText(query)));
  }

  /** As text in UTC, whatever the time zone of the session. */
  override async now(manager: EntityManager): Promise<Date> {
    const [row] = await manager.query<[{ now: string }]>('SELECT CAST(UTC_TIMESTAMP(3) AS CHAR) AS now');
    return storedTime(row.now);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.multiStatement.close();
  }

  protected override autocommit<T>(
    work: (manager: EntityManager) => Promise<T>,
    limitMs = this.limits.workMs,
  ): Promise<T> {
    return onBoundedConnection(this.dataSource, limitMs, work);
  }

  protected override readTransaction<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.autocommit((manager) => manager.transaction('REPEATABLE READ', work), this.limits.snapshotMs);
  }

  protected override transaction<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.autocommit((manager) => manager.transaction(work));
  }

  protected override select<const Queries extends RowQueries>(queries: Queries): Promise<Found<Queries>> {
    return this.multiStatement.find(queries);
  }

  protected override lockedTransaction<const Queries extends RowQueries, T>(
    queries: Queries,
    decide: Decide<Queries, T>,
  ): Promise<T> {
    return this.multiStatement.lockThenWrite(queries, decide);
  }
}
