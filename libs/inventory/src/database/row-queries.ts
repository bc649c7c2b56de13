import { type DataSource, type EntityManager, type ObjectLiteral, type ObjectType } from 'typeorm';
import { type Change, type Statement } from './rows.js';

/** A query for rows of one table. Queries for rows of several tables are sent together. */
export interface RowQuery<Row extends ObjectLiteral> extends Statement {
  /** The statement selects all columns of this entity's table. */
  entity: ObjectType<Row>;
  /** Whether the rows are locked until the transaction ends. */
  locks?: boolean;
}

export type RowQueries = readonly RowQuery<ObjectLiteral>[];

/** The rows that each of `Queries` has found. */
export type Found<Queries extends RowQueries> = {
  -readonly [Index in keyof Queries]: Queries[Index] extends RowQuery<infer Row> ? Row[] : never;
};

/** The result of a transaction, and the changes that it makes. */
export interface TransactionPlan<T> {
  result: T;
  changes: readonly Change[];
}

/** Decides, by the rows that are locked now, what a transaction changes. */
export type Decide<Queries extends RowQueries, T> = (
  found: Found<Queries>,
  manager: EntityManager,
) => Promise<TransactionPlan<T>>;

/** Makes entities of the driver's rows: TypeORM itself reads one table per query. */
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
