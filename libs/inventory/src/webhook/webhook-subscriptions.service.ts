import { Injectable } from '@nestjs/common';
import { type EntityManager } from 'typeorm';
import { Database } from '../database/database.js';
import { WebhookEndpoint } from './webhook-endpoint.entity.js';
import { type WebhookEventType } from './webhook-event.js';

/** How long what is known of the endpoints is good for, in ms. The API's description states it. */
const MAX_AGE_MS = 5_000;

/** Knows which events anybody wants, so that where nobody wants any, a sale costs no more than before. */
@Injectable()
export class WebhookSubscriptions {
  private wanted: ReadonlySet<WebhookEventType> = new Set();
  private knownAtMs = -Infinity;
  private reading: Promise<void> | undefined;

  constructor(private readonly database: Database) {}

  /**
   * To be awaited before {@link isWanted}. It reads the endpoints once in five seconds, and not without being asked.
   *
   * @param within the caller's transaction
   */
  refresh(within?: EntityManager): Promise<void> | undefined {
    if (performance.now() - this.knownAtMs < MAX_AGE_MS) return undefined;
    if (within) return this.read(within);
    return (this.reading ??= this.read().finally(() => (this.reading = undefined)));
  }

  isWanted(type: WebhookEventType): boolean {
    return this.wanted.has(type);
  }

  /** What this process changed, it knows at once. */
  forget(): void {
    this.knownAtMs = -Infinity;
  }

  private async read(within?: EntityManager): Promise<void> {
    const asOfMs = performance.now();
    const enabled = within
      ? await within.find(WebhookEndpoint, { where: { status: 'ENABLED' } })
      : await this.find();
    this.wanted = new Set(enabled.flatMap(({ eventTypes }) => eventTypes));
    this.knownAtMs = asOfMs;
  }

  /** On the connections of sales: readers of lists cannot take them. */
  private async find(): Promise<WebhookEndpoint[]> {
    const [enabled] = await this.database.find([
      {
        entity: WebhookEndpoint,
        text: 'SELECT * FROM webhook_endpoint WHERE status = ?',
        values: ['ENABLED'],
      },
    ]);
    return enabled;
  }
}
