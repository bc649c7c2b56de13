import { type DataSource } from 'typeorm';
import { type TimeLimits, TIME_LIMITS } from './bounded-connection.js';
import { type Database } from './database.js';
import { EmbeddedDatabase } from './embedded-database.js';
import { MysqlDatabase } from './mysql-database.js';

/** Chooses the class for the database that `dataSource` is connected to. Nothing else asks which one it is. */
export function createDatabase(dataSource: DataSource, limits: TimeLimits = TIME_LIMITS): Database {
  const isEmbedded = dataSource.options.type === 'better-sqlite3';
  return isEmbedded ? new EmbeddedDatabase(dataSource, limits) : new MysqlDatabase(dataSource, limits);
}
