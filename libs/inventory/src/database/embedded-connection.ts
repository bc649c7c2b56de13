import Sqlite from 'better-sqlite3';

/**
 * The embedded database's connection. TypeORM opens transactions as `BEGIN TRANSACTION`, which SQLite defers:
 * one that reads first and writes later fails at once when another process has written in between.
 * Taking the write lock at the start makes it wait its turn instead.
 */
export class EmbeddedConnection extends Sqlite {
  override prepare<Parameters extends unknown[] | object = unknown[], Result = unknown>(source: string) {
    return super.prepare<Parameters, Result>(source === 'BEGIN TRANSACTION' ? 'BEGIN IMMEDIATE' : source);
  }
}
