import { Injectable } from '@nestjs/common';
import { type EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { type Insert, inserts, timeText } from '../database/rows.js';
import { OutboxService } from '../outbox/outbox.service.js';
import { type WebhookEventType } from './webhook-event.js';
import { WebhookSubscriptions } from './webhook-subscriptions.service.js';

/** So many ids fit into one message of a queue, with room to spare: 256 KiB. */
const MAX_SALES_A_MESSAGE = 5_000;

/** Writes events down in the transaction in which they happen, where anybody wants them. */
@Injectable()
export class WebhookEvents {
  constructor(
    private readonly subscriptions: WebhookSubscriptions,
    private readonly outbox: OutboxService,
  ) {}

  /** @param at now, by {@link Clock} */
  async announce(
    manager: EntityManager,
    { type, data }: { type: Exclude<WebhookEventType, 'sale.confirmed'>; data: Record<string, unknown> },
    at: Date,
  ): Promise<void> {
    await this.subscriptions.refresh(manager);
    if (!this.subscriptions.isWanted(type)) return;
    const event = { id: `${type.replace('.', '_')}_${uuidv7()}`, type, at: at.toISOString(), data };
    await this.outbox.add(manager, 'webhooks', { event }, at);
  }

  /** Announces sales that waited for goods and are confirmed now, in the caller's transaction. */
  async announceSales(manager: EntityManager, saleIds: readonly string[], at: Date): Promise<void> {
    await this.subscriptions.refresh(manager);
    for (const { into, rows } of this.saleInserts(saleIds, at)) {
      for (const row of rows) {
        await manager.query(`INSERT INTO ${into} VALUES (${row.map(() => '?').join()})`, [...row]);
      }
    }
  }

  /** Knows before a batch whether its sales are to be announced. Undefined when it knows already. */
  prepare(): Promise<void> | undefined {
    return this.subscriptions.refresh();
  }

  /** What announces the sales of one batch: one row for all, or none. See {@link prepare}. */
  saleInserts(saleIds: readonly string[], at: Date): Insert[] {
    if (saleIds.length === 0 || !this.subscriptions.isWanted('sale.confirmed')) return [];
    const rows: Insert['rows'][number][] = [];
    for (let start = 0; start < saleIds.length; start += MAX_SALES_A_MESSAGE) {
      const payload = JSON.stringify({ saleIds: saleIds.slice(start, start + MAX_SALES_A_MESSAGE) });
      rows.push([uuidv7(), 'webhooks', payload, timeText(at)]);
    }
    return inserts('outbox_message (id, queue, payload, created_at)', rows);
  }
}
