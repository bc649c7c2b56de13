import { Clock } from '../database/clock.js';

/** A clock that stands still until a test moves it. */
export class SettableClock extends Clock {
  constructor(private time = new Date('2026-03-01T12:00:00.000Z')) {
    super();
  }

  override async now(): Promise<Date> {
    return this.localNow();
  }

  override localNow(): Date {
    return new Date(this.time);
  }

  advance(byMs: number): void {
    this.time = new Date(this.time.getTime() + byMs);
  }
}
