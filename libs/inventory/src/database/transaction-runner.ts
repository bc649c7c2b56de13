import { type DataSource, type EntityManager, type ObjectLiteral, type ObjectType } from 'typeorm';
import { type Change, type Statement } from './rows.js';

/** Rows of one table, which are looked up together with those of others. */
export interface RowQuery<Row extends ObjectLiteral> extends Statement {
  /** Of whose table the statement selects all columns. */
  entity: ObjectType<Row>;
  /** Whether the rows are to be locked until the transaction ends. */
  locks?: boolean;
}

export type RowQueries = readonly RowQuery<ObjectLiteral>[];

/** The rows that each of `Queries` has found. */
export type Found<Queries extends RowQueries> = {
  -readonly [Nth in keyof Queries]: Queries[Nth] extends RowQuery<infer Row> ? Row[] : never;
};

/** What came of a transaction, and what it is to write. */
export interface TransactionPlan<T> {
  result: T;
  changes: readonly Change[];
}

/** Runs transactions on one kind of database. None is tried again here. */
export interface TransactionRunner {
  /**
   * Statements of which each is a transaction of its own, and sees what is committed.
   *
   * @param limitMs the longest that a database on another machine may take
   */
  autocommit<T>(work: (manager: EntityManager) => Promise<T>, limitMs?: number): Promise<T>;

  /** Statements that only read, all seeing the same moment. */
  snapshot<T>(work: (manager: EntityManager) => Promise<T>): Promise<T>;

  /** One transaction. */
  write<T>(work: (manager: EntityManager) => Promise<T>): Promise<T>;

  /** Statements that only read, in the fewest round trips. */
  find<const Queries extends RowQueries>(queries: Queries): Promise<Found<Queries>>;

  /** One transaction in the fewest round trips: looks up and locks, lets `decide` think, makes the changes and commits. */
  lockThenWrite<const Queries extends RowQueries, T>(
    queries: Queries,
    decide: (found: Found<Queries>, manager: EntityManager) => Promise<TransactionPlan<T>>,
  ): Promise<T>;
}

/** Entities made of rows as the driver has them: TypeORM itself finds those of one table at a time only. */
export function entitiesOf<Row extends ObjectLiteral>(
  dataSource: DataSource,
  { entity }: RowQuery<Row>,
  rows: readonly ObjectLiteral[],
): Row[] {
  const metadata = dataSource.getMetadata(entity);
  return rows.map((row) => {
    const found = metadata.create() as Row;
    for (const column of metadata.columns) {
      column.setEntityValue(found, dataSource.driver.prepareHydratedValue(row[column.databaseName], column));
    }
    return found;
  });
}
