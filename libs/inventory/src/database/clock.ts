import { Injectable } from '@nestjs/common';
import { type EntityManager } from 'typeorm';

/**
 * The one clock that decides leases, deadlines and ages: processes that share them must agree what time it is, and
 * their machines may not. Injected, so that a test can put another in its place.
 */
export abstract class Clock {
  /** The time now, to the millisecond. In the caller's transaction. */
  abstract now(manager: EntityManager): Promise<Date>;
}

/** Both write the time as text, in UTC whatever the time zone of the session, as the columns keep it. */
const MYSQL_NOW = 'SELECT CAST(UTC_TIMESTAMP(3) AS CHAR) AS now';
const SQLITE_NOW = `SELECT strftime('%Y-%m-%d %H:%M:%f', 'now') AS now`;

/**
 * The time of the database's server, for one statement more. The embedded database has no server: it reads the clock
 * of the machine, which all of its processes share.
 */
@Injectable()
export class DatabaseClock extends Clock {
  override async now(manager: EntityManager): Promise<Date> {
    const isEmbedded = manager.dataSource.options.type === 'better-sqlite3';
    const [row] = await manager.query<[{ now: string }]>(isEmbedded ? SQLITE_NOW : MYSQL_NOW);
    return new Date(`${row.now.replace(' ', 'T')}Z`);
  }
}
