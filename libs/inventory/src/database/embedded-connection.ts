import Sqlite from 'better-sqlite3';
import { chmodSync, closeSync, openSync } from 'node:fs';

/** The mode of a data file: only its owner may read and write it. */
const PRIVATE = 0o600;

interface Statement {
  run: (...parameters: unknown[]) => Sqlite.RunResult;
}

/**
 * The embedded database's connection. It corrects two things that TypeORM does not know of SQLite:
 * - `BEGIN TRANSACTION` takes no lock. A transaction that reads first and writes later fails at once when another process
 *   wrote in between. `BEGIN IMMEDIATE` takes the write lock and waits for it.
 * - SQLite ends a transaction by itself after some faults (a full disk, an I/O error, no memory). The `ROLLBACK` that
 *   TypeORM then sends would fail. TypeORM would count the transaction as open forever and nest all later ones in it, so
 *   that no COMMIT would reach the disk. Here that `ROLLBACK` succeeds and does nothing.
 *
 * It creates a file that only its owner may read, because the file holds the buyers' mail addresses.
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
        control.run = () => this.recordState(run(), true);
        break;
      case 'COMMIT':
        control.run = () => this.recordState(run(), false);
        break;
      case 'ROLLBACK':
        control.run = () =>
          this.recordState(this.isBegun && !this.inTransaction ? NOTHING_TO_ROLL_BACK : run(), false);
        break;
    }
    return statement;
  }

  private recordState(result: Sqlite.RunResult, isBegun: boolean): Sqlite.RunResult {
    this.isBegun = isBegun;
    return result;
  }
}

const NOTHING_TO_ROLL_BACK: Sqlite.RunResult = { changes: 0, lastInsertRowid: 0 };

/** SQLite gives the files beside it, such as the WAL, the mode of the database file. */
function createPrivately(file: string): void {
  closeSync(openSync(file, 'a', PRIVATE));
  try {
    chmodSync(file, PRIVATE);
  } catch (error) {
    // The file belongs to another user, who decides its mode.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') throw error;
  }
}
