import type BetterSqlite3 from 'better-sqlite3';
import { type DataSource, type EntityManager } from 'typeorm';
import { type BetterSqlite3Driver } from 'typeorm/driver/better-sqlite3/BetterSqlite3Driver.js';
import { type EmbeddedConnection } from './embedded-connection.js';
import { type Change, type Statement, type Value } from './rows.js';
import {
  type Decided,
  entitiesOf,
  type Found,
  type RowQueries,
  type TransactionRunner,
} from './transaction-runner.js';

/** The embedded database is in this process: a statement at a time is no trip, and costs least. */
export class EmbeddedRunner implements TransactionRunner {
  /** By their texts. */
  private readonly keptStatements = new Map<string, BetterSqlite3.Statement<unknown[]>>();

  constructor(private readonly dataSource: DataSource) {}

  async find<const Queries extends RowQueries>(queries: Queries): Promise<Found<Queries>> {
    return queries.map((query) =>
      entitiesOf(this.dataSource, query, this.kept(query.text).all(bound(query)) as object[]),
    ) as Found<Queries>;
  }

  async decide<const Queries extends RowQueries, T>(
    queries: Queries,
    decide: (found: Found<Queries>, manager: EntityManager) => Promise<Decided<T>>,
  ): Promise<T> {
    return this.dataSource.transaction(async (manager) => {
      const { result, changes } = await decide(await this.find(queries), manager);
      for (const change of changes) this.make(change);
      return result;
    });
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
    const driver = this.dataSource.driver as BetterSqlite3Driver;
    return (driver.databaseConnection as EmbeddedConnection).prepare(
      text.replaceAll('IN (?)', 'IN (SELECT value FROM json_each(?))'),
    );
  }
}

function bound({ values }: Statement): (Value | string)[] {
  return values.map((value) => (Array.isArray(value) ? JSON.stringify(value) : (value as Value)));
}
