import Sqlite from 'better-sqlite3';
import { type DataSource } from 'typeorm';
import { type BetterSqlite3Driver } from 'typeorm/driver/better-sqlite3/BetterSqlite3Driver.js';

/** The statement that the storage of the embedded database refuses once: a write, a COMMIT or a ROLLBACK. */
export const STORAGE_FAULTS = ['FULL', 'IOERR', 'NOMEM', 'COMMIT', 'ROLLBACK'] as const;
export type StorageFault = (typeof STORAGE_FAULTS)[number];

const CODES: Record<StorageFault, string> = {
  FULL: 'SQLITE_FULL',
  IOERR: 'SQLITE_IOERR_WRITE',
  NOMEM: 'SQLITE_NOMEM',
  COMMIT: 'SQLITE_IOERR_FSYNC',
  ROLLBACK: 'SQLITE_IOERR_READ',
};

const isRefused: Record<StorageFault, (source: string) => boolean> = {
  FULL: isWrite,
  IOERR: isWrite,
  NOMEM: isWrite,
  COMMIT: (source) => /^\s*COMMIT/i.test(source),
  ROLLBACK: (source) => /^\s*ROLLBACK/i.test(source),
};

function isWrite(source: string): boolean {
  return /^\s*(INSERT|UPDATE)/i.test(source);
}

interface NativeStatement {
  source: string;
  database: Sqlite.Database;
  run: (...parameters: unknown[]) => unknown;
}

/**
 * Makes the current connection of `dataSource` fail once with `fault`, as SQLite would: after a refused statement or COMMIT
 * it has rolled the transaction back by itself; after a refused ROLLBACK the transaction is still open.
 *
 * @returns a function that returns whether the fault occurred
 */
export function injectStorageFault(dataSource: DataSource, fault: StorageFault): () => boolean {
  const connection = connectionOf(dataSource);
  const statement = Object.getPrototypeOf(connection.prepare('SELECT 1')) as NativeStatement;
  const { run } = statement;
  const exec = (source: string) => Sqlite.prototype.exec.call(connection, source);
  let isMet = false;
  const meet = (database: Sqlite.Database, source: string) => {
    if (isMet || database !== connection || !isRefused[fault](source)) return;
    isMet = true;
    if (fault !== 'ROLLBACK' && connection.inTransaction) exec('ROLLBACK');
    throw new Sqlite.SqliteError(`injected: ${fault}`, CODES[fault]);
  };
  statement.run = function (this: NativeStatement, ...parameters: unknown[]) {
    meet(this.database, this.source);
    return run.apply(this, parameters);
  };
  connection.exec = (source: string) => {
    meet(connection, source);
    return exec(source);
  };
  return () => isMet;
}

function connectionOf(dataSource: DataSource): Sqlite.Database {
  return (dataSource.driver as BetterSqlite3Driver).databaseConnection as Sqlite.Database;
}
