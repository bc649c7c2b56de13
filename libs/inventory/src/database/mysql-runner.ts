import { type DataSource, type EntityManager } from 'typeorm';
import { onBoundedConnection, type TimeLimits } from './bounded-connection.js';
import { type MultiStatementRunner } from './multi-statement-runner.js';
import {
  type TransactionPlan,
  type Found,
  type RowQueries,
  type TransactionRunner,
} from './transaction-runner.js';

/** Transactions of MySQL: each on a connection of the pool, and what sales wait for on connections kept for them. */
export class MysqlRunner implements TransactionRunner {
  constructor(
    private readonly dataSource: DataSource,
    private readonly scripts: MultiStatementRunner,
    private readonly limits: TimeLimits,
  ) {}

  autocommit<T>(work: (manager: EntityManager) => Promise<T>, limitMs = this.limits.workMs): Promise<T> {
    return onBoundedConnection(this.dataSource, limitMs, work);
  }

  snapshot<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.autocommit((manager) => manager.transaction('REPEATABLE READ', work), this.limits.snapshotMs);
  }

  write<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.autocommit((manager) => manager.transaction(work));
  }

  find<const Queries extends RowQueries>(queries: Queries): Promise<Found<Queries>> {
    return this.scripts.find(queries);
  }

  lockThenWrite<const Queries extends RowQueries, T>(
    queries: Queries,
    decide: (found: Found<Queries>, manager: EntityManager) => Promise<TransactionPlan<T>>,
  ): Promise<T> {
    return this.scripts.lockThenWrite(queries, decide);
  }
}
