import { IdempotencyService } from '#inventory';
import { Schedule } from '#runtime';
import { Injectable } from '@nestjs/common';

/** For how long a repeated request gets the first answer, in ms: as docs/operations.md and the API's description say. */
export const KEY_RETENTION_MS = 7 * 24 * 3_600_000;

const INTERVAL_MS = 3_600_000;

/** Forgets the answers to old requests, with their idempotency keys. */
@Injectable()
export class KeyedRequestsPurgeTask {
  constructor(idempotency: IdempotencyService, schedule: Schedule) {
    schedule.every(KeyedRequestsPurgeTask.name, INTERVAL_MS, () => idempotency.purge(KEY_RETENTION_MS));
  }
}
