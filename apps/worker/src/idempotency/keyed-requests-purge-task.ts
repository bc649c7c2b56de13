import { IdempotencyService } from '#inventory';
import { Schedule } from '#runtime';
import { Injectable } from '@nestjs/common';

/** How long a repeated request gets the first answer, in ms. docs/api.md and the API's description state it. */
export const KEY_RETENTION_MS = 7 * 24 * 3_600_000;

const INTERVAL_MS = 3_600_000;

/** Deletes the answers to old requests, with their idempotency keys. */
@Injectable()
export class KeyedRequestsPurgeTask {
  constructor(idempotency: IdempotencyService, schedule: Schedule) {
    schedule.every(KeyedRequestsPurgeTask.name, INTERVAL_MS, () => idempotency.purge(KEY_RETENTION_MS));
  }
}
