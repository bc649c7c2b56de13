import { Clock } from '../database/clock.js';

/** A database's clock that is ahead of that of the processes, as far as a test says: what they write is in its past. */
export class FastClock extends Clock {
  aheadMs = 0;

  override async now(): Promise<Date> {
    return new Date(Date.now() + this.aheadMs);
  }

  override localNow(): Date {
    return new Date();
  }
}
