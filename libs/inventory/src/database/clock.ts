import { Injectable } from '@nestjs/common';
import { type EntityManager } from 'typeorm';
import { Database } from './database.js';

/** The clock of the whole shop. It is injected, so that a test can replace it. */
export abstract class Clock {
  /**
   * The time that leases, deadlines and ages are compared by, to the millisecond, in the caller's transaction. All
   * processes must agree on it, and the clocks of their machines may not.
   */
  abstract now(manager: EntityManager): Promise<Date>;

  /** The time of this machine, without a round trip: for times that are only recorded, such as that of a sale. */
  abstract localNow(): Date;
}

/**
 * The time of the database's server, for one statement more. The embedded database has no server: it reads the clock
 * of the machine, which all of its processes share.
 */
@Injectable()
export class DatabaseClock extends Clock {
  constructor(private readonly database: Database) {
    super();
  }

  override async now(manager: EntityManager): Promise<Date> {
    return this.database.now(manager);
  }

  override localNow(): Date {
    // eslint-disable-next-line no-restricted-syntax -- the one place that reads the clock of this machine
    return new Date();
  }
}
