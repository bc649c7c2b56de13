import { Injectable, type OnApplicationShutdown, Optional } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { type PoolConnection } from 'mysql2';
import { DataSource, type EntityManager } from 'typeorm';
import { onBoundedConnection, type TimeLimits, TIME_LIMITS } from './bounded-connection.js';
import { scriptSourceOptions } from './data-source-options.js';
import { cut } from './mysql-pool.js';
import { changeText, statementText } from './rows.js';
import {
  type Decided,
  entitiesOf,
  type Found,
  type RowQueries,
  type RowQuery,
  type TransactionRunner,
} from './transaction-runner.js';

/** The right to be the one process that runs a script on this database, and not yet commits it. */
export interface ScriptTurn {
  /** As {@link ScriptRunner.run}, once. The next has its turn when the statements are done and only the disk is missing. */
  run(statements: readonly string[]): Promise<unknown[]>;
  /** Gives the turn back, if it was not run. Never fails. */
  end(): Promise<void>;
}

/** Longest wait for a turn, in s. Who waits in vain does without: turns order scripts, and keep nothing from harm. */
const TURN_WAIT_SECONDS = 1;

/** A lock of the server's, which would be common to all of its databases. */
const TURN = `SHA2(CONCAT(DATABASE(), '.scripts'), 224)`;
const TAKE_TURN = `SELECT GET_LOCK(${TURN}, ${TURN_WAIT_SECONDS}) AS isTaken`;
const GIVE_TURN = `DO RELEASE_LOCK(${TURN})`;

/**
 * Sends several statements to MySQL in one trip, so that locks are held for as long as the database works and hardly
 * longer. Its connections are its own: no slow reader takes them from who sells, and nowhere else may a text hold
 * several statements, of which a value that was not escaped could add one.
 */
@Injectable()
export class ScriptRunner implements Pick<TransactionRunner, 'find' | 'decide'>, OnApplicationShutdown {
  private source: Promise<DataSource> | undefined;

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    @Optional() private readonly limits: TimeLimits = TIME_LIMITS,
  ) {}

  /** The embedded database reads one statement at a time. */
  get isAvailable(): boolean {
    return this.dataSource.options.type === 'mysql';
  }

  /**
   * A whole transaction in one trip: all statements or, when one of them fails, none. Not tried again.
   *
   * @returns the result of each statement
   * @throws the driver's error of what failed; after an interruption nobody knows whether the script was committed
   */
  async run(statements: readonly string[]): Promise<unknown[]> {
    return this.onConnection((_, connection) => transaction(connection, statements));
  }

  /**
   * Waits until no other process that takes turns is running a script.
   *
   * @returns `undefined` after a second in vain: the machine of who has it may be gone, and the server not know it
   * @throws the driver's error
   */
  async takeTurn(): Promise<ScriptTurn | undefined> {
    const taken = Promise.withResolvers<boolean>();
    const script = Promise.withResolvers<readonly string[]>();
    const finished = this.onConnection(async (_, connection) => {
      const [rows] = (await send(connection, [TAKE_TURN])) as [[{ isTaken: unknown }]];
      const isTaken = Number(rows[0].isTaken) === 1;
      taken.resolve(isTaken);
      if (!isTaken) return [];
      const statements = await script.promise;
      try {
        return await transaction(connection, [...statements, GIVE_TURN]);
      } catch (error) {
        await send(connection, [GIVE_TURN]).catch(() => cut(connection));
        throw error;
      }
    });
    finished.catch(taken.reject);
    if (!(await taken.promise)) return undefined;
    return {
      run: async (statements) => {
        script.resolve(statements);
        return (await finished).slice(0, statements.length);
      },
      end: async () => {
        script.resolve([]);
        await finished.catch(() => undefined);
      },
    };
  }

  async find<const Queries extends RowQueries>(queries: Queries): Promise<Found<Queries>> {
    return this.onConnection(async (_, connection) =>
      this.found(queries, await send(connection, queries.map(queryText))),
    );
  }

  async decide<const Queries extends RowQueries, T>(
    queries: Queries,
    decide: (found: Found<Queries>, manager: EntityManager) => Promise<Decided<T>>,
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

  async onApplicationShutdown(): Promise<void> {
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
    this.source ??= new DataSource(scriptSourceOptions(this.dataSource.options)).initialize();
    this.source.catch(() => (this.source = undefined));
    return this.source;
  }

  private found<Queries extends RowQueries>(queries: Queries, results: readonly unknown[]): Found<Queries> {
    return queries.map((query, nth) =>
      entitiesOf(this.dataSource, query, results[nth] as object[]),
    ) as Found<Queries>;
  }
}

function queryText(query: RowQuery<object>): string {
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

/** Past TypeORM, which reads the whole of a text for what it might say. @returns the result of each statement */
function send(connection: PoolConnection, statements: readonly string[]): Promise<unknown[]> {
  return new Promise((resolve, reject) => {
    connection.query(statements.join(';\n'), (error, results) => {
      if (error) reject(error);
      else resolve(statements.length > 1 ? (results as unknown[]) : [results]);
    });
  });
}
