import { type PoolConnection } from 'mysql2';
import { DataSource, type DataSourceOptions, type EntityManager } from 'typeorm';
import { type MysqlDataSourceOptions } from 'typeorm/driver/mysql/MysqlDataSourceOptions.js';
import { onBoundedConnection, type TimeLimits } from './bounded-connection.js';
import { cut } from './mysql-pool.js';
import { type Decide, entitiesOf, type Found, type RowQueries, type RowQuery } from './row-queries.js';
import { changeText, statementText } from './rows.js';

/** The longest wait for the advisory lock, in s. */
const LOCK_WAIT_SECONDS = 1;

/** Advisory locks belong to the server, so that the name contains the database. */
const LOCK_NAME = `SHA2(CONCAT(DATABASE(), '.scripts'), 224)`;
const ACQUIRE_LOCK = `SELECT GET_LOCK(${LOCK_NAME}, ${LOCK_WAIT_SECONDS}) AS isAcquired`;
const RELEASE_LOCK = `DO RELEASE_LOCK(${LOCK_NAME})`;

/** Batches that are sent at the same time. A third would only wait for the row locks of the first two. */
export const MULTI_STATEMENT_BATCHES = 2;

/**
 * Connections for texts of several statements. A batch that holds the advisory lock looks up keys on a second one. The last
 * is for the batch that comes while a cut connection is being replaced.
 */
const MULTI_STATEMENT_POOL_SIZE = 2 * MULTI_STATEMENT_BATCHES + 1;

/**
 * Sends several statements to MySQL in one round trip, so that row locks are held hardly longer than the database works. It has its own connections for two reasons: slow readers cannot take them from sales, and no other
 * connection accepts a text with several statements, which an unescaped value could extend.
 */
export class MultiStatementRunner {
  private source: Promise<DataSource> | undefined;

  constructor(
    private readonly dataSource: DataSource,
    private readonly limits: TimeLimits,
  ) {}

  /**
   * One transaction in one round trip: all statements or, when one of them fails, none. It is not tried again.
   *
   * @returns the result of each statement
   * @throws the driver's error of the statement that failed; after a lost connection the outcome is unknown
   */
  async run(statements: readonly string[]): Promise<unknown[]> {
    return this.onConnection((_, connection) => transaction(connection, statements));
  }

  /**
   * As {@link run}, under an advisory lock: the processes that call this on one database run their statements one after
   * the other. The lock orders the batches and protects nothing: if it is not released within {@link LOCK_WAIT_SECONDS},
   * because its holder hangs, the statements run without it.
   *
   * @param gather returns the statements once the lock is held, or not to be had; `undefined` runs nothing
   * @throws the driver's error; what `gather` throws
   */
  async runUnderAdvisoryLock(
    gather: (hasLock: boolean) => Promise<readonly string[] | undefined>,
  ): Promise<unknown[] | undefined> {
    return this.onConnection(async (_, connection) => {
      const [rows] = (await send(connection, [ACQUIRE_LOCK])) as [[{ isAcquired: unknown }]];
      const hasLock = Number(rows[0].isAcquired) === 1;
      let mustRelease = hasLock;
      try {
        const statements = await gather(hasLock);
        if (!statements) return undefined;
        // Released before the COMMIT: the next process can begin while this one only waits for the disk.
        const results = await transaction(connection, [...statements, ...(hasLock ? [RELEASE_LOCK] : [])]);
        mustRelease = false;
        return results.slice(0, statements.length);
      } finally {
        // MySQL releases the lock of a connection that is cut.
        if (mustRelease) await send(connection, [RELEASE_LOCK]).catch(() => cut(connection));
      }
    });
  }

  async find<const Queries extends RowQueries>(queries: Queries): Promise<Found<Queries>> {
    return this.onConnection(async (_, connection) =>
      this.found(queries, await send(connection, queries.map(queryText))),
    );
  }

  async lockThenWrite<const Queries extends RowQueries, T>(
    queries: Queries,
    decide: Decide<Queries, T>,
  ): Promise<T> {
    return this.onConnection((manager, connection) =>
      orRollBack(connection, async () => {
        const [, ...rows] = await send(connection, ['START TRANSACTION', ...queries.map(queryText)]);
        const { result, changes } = await decide(this.found(queries, rows), manager);
        await send(connection, [...changes.map(changeText), 'COMMIT']);
        return result;
      }),
    );
  }

  async close(): Promise<void> {
    await (await this.source)?.destroy();
  }

  private async onConnection<T>(
    work: (manager: EntityManager, connection: PoolConnection) => Promise<T>,
  ): Promise<T> {
    return onBoundedConnection(await this.connected(), this.limits.workMs, async (manager) =>
      work(manager, (await manager.queryRunner!.connect()) as PoolConnection),
    );
  }

  private connected(): Promise<DataSource> {
    this.source ??= new DataSource(multiStatementOptions(this.dataSource.options)).initialize();
    this.source.catch(() => (this.source = undefined));
    return this.source;
  }

  private found<Queries extends RowQueries>(queries: Queries, results: readonly unknown[]): Found<Queries> {
    return queries.map((query, index) =>
      entitiesOf(this.dataSource, query, results[index] as object[]),
    ) as Found<Queries>;
  }
}

/** With the lock that the query asks for. */
export function queryText(query: RowQuery<object>): string {
  return query.locks ? `${statementText(query)} FOR UPDATE` : statementText(query);
}

/** @returns the result of each of `statements` */
async function transaction(connection: PoolConnection, statements: readonly string[]): Promise<unknown[]> {
  return orRollBack(connection, async () => {
    const results = await send(connection, ['START TRANSACTION', ...statements, 'COMMIT']);
    return results.slice(1, -1);
  });
}

/** MySQL stops at the statement that fails, and leaves the transaction open. */
async function orRollBack<T>(connection: PoolConnection, transaction: () => Promise<T>): Promise<T> {
  try {
    return await transaction();
  } catch (error) {
    // A transaction that stays open would be committed by the next START TRANSACTION on this connection.
    await send(connection, ['ROLLBACK']).catch(() => cut(connection));
    throw error;
  }
}

/** Goes round TypeORM, which parses the whole text. @returns the result of each statement */
function send(connection: PoolConnection, statements: readonly string[]): Promise<unknown[]> {
  return new Promise((resolve, reject) => {
    connection.query(statements.join(';\n'), (error, results) => {
      if (error) reject(error);
      else resolve(statements.length > 1 ? (results as unknown[]) : [results]);
    });
  });
}

/** The options of `main` for connections that accept texts of several statements. */
function multiStatementOptions(main: DataSourceOptions): DataSourceOptions {
  return {
    ...(main as MysqlDataSourceOptions),
    migrations: [],
    poolSize: MULTI_STATEMENT_POOL_SIZE,
    multipleStatements: true,
  };
}
