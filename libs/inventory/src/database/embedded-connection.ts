import Sqlite from 'better-sqlite3';
import { chmodSync, closeSync, openSync } from 'node:fs';

/** The rights of a data file: its owner alone may read and write it. */
const PRIVATE = 0o600;

interface Statement {
  run: (...parameters: unknown[]) => Sqlite.RunResult;
}

/**
 * The embedded database's connection. It differs from that of better-sqlite3 in what TypeORM cannot know of SQLite:
 * - SQLite defers a `BEGIN TRANSACTION`, so that one which reads first and writes later fails at once when another process
 *   has written in between. `BEGIN IMMEDIATE` takes the write lock and waits for it.
 * - SQLite ends a transaction by itself after some faults (a full disk, an I/O error, no memory). The `ROLLBACK` that
 *   TypeORM then sends would fail, TypeORM would count the transaction as open for good, and nest every later one in it: no
 *   COMMIT would reach the disk any more. So that `ROLLBACK` succeeds and does nothing.
 *
 * It creates its file readable by its owner alone: the file holds the buyers' mail addresses.
 *
 * @see https://sqlite.org/lang_transaction.html#response_to_errors_within_a_transaction
 */
export class EmbeddedConnection extends Sqlite {
  /** Whether TypeORM has begun a transaction that it has not ended. SQLite itself may have ended it. */
  private isBegun = false;

  constructor(file: string, options?: Sqlite.Options) {
    if (!options?.fileMustExist && !options?.readonly) createPrivately(file);
    super(file, options);
  }

  override prepare<Parameters extends unknown[] | object = unknown[], Result = unknown>(source: string) {
    const statement = super.prepare<Parameters, Result>(
      source === 'BEGIN TRANSACTION' ? 'BEGIN IMMEDIATE' : source,
    );
    const control = statement as unknown as Statement;
    const run = control.run.bind(statement);
    switch (source) {
      case 'BEGIN TRANSACTION':
        control.run = () => this.afterwards(run(), true);
        break;
      case 'COMMIT':
        control.run = () => this.afterwards(run(), false);
        break;
      case 'ROLLBACK':
        control.run = () =>
          this.afterwards(this.isBegun && !this.inTransaction ? NOTHING_TO_ROLL_BACK : run(), false);
        break;
    }
    return statement;
  }

  private afterwards(result: Sqlite.RunResult, isBegun: boolean): Sqlite.RunResult {
    this.isBegun = isBegun;
    return result;
  }
}

const NOTHING_TO_ROLL_BACK: Sqlite.RunResult = { changes: 0, lastInsertRowid: 0 };

/** SQLite gives the files beside it, the WAL among them, the rights of the database file. */
function createPrivately(file: string): void {
  closeSync(openSync(file, 'a', PRIVATE));
  try {
    chmodSync(file, PRIVATE);
  } catch (error) {
    // A file of another owner that this process may write: its rights are the owner's business.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') throw error;
  }
}
