import { Injectable } from '@nestjs/common';
import { type EntityManager, In } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { Clock } from '../database/clock.js';
import { Database } from '../database/database.js';
import { OutboxService } from '../outbox/outbox.service.js';
import { type SaleLine } from '../sale/sale-line.entity.js';
import { type Sale } from '../sale/sale.entity.js';
import { type WaitingLine } from '../sale/waiting-line.entity.js';
import { saleQueries, storedSales } from '../sale/stored-sales.js';
import { WebhookDelivery } from './webhook-delivery.entity.js';
import { WebhookEndpoint } from './webhook-endpoint.entity.js';
import { deliveryBody, type WebhookEvent } from './webhook-event.js';

/** Rows of one statement. */
const CHUNK = 500;

/** Records events for the endpoints that want them. */
@Injectable()
export class WebhookRecorder {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly outbox: OutboxService,
  ) {}

  /** An event whose message comes twice is recorded once. */
  async record(event: WebhookEvent): Promise<void> {
    await this.database.write((manager) => this.recordWithin(manager, [event]));
  }

  async recordSales(saleIds: readonly string[]): Promise<void> {
    const found = await this.database.find(saleQueries('id', saleIds));
    await this.database.write((manager) => this.recordWithin(manager, salesEvents(...found)));
  }

  private async recordWithin(manager: EntityManager, events: readonly WebhookEvent[]): Promise<void> {
    const at = await this.clock.now(manager);
    // In one order, so that two workers do not wait for each other.
    const query = manager
      .createQueryBuilder(WebhookEndpoint, 'endpoint')
      .where({ status: 'ENABLED' })
      .orderBy('id');
    for (const endpoint of await this.database.forUpdate(query).getMany()) {
      const wanted = events.filter(({ type }) => endpoint.eventTypes.includes(type));
      const known = await knownEvents(manager, endpoint.id, wanted);
      const rows = wanted
        .filter(({ id }) => !known.has(id))
        .map((event, index) => deliveryOf(event, endpoint.id, endpoint.lastSequence + 1 + index, at));
      if (rows.length === 0) continue;
      for (let start = 0; start < rows.length; start += CHUNK) {
        await manager.insert(WebhookDelivery, rows.slice(start, start + CHUNK));
      }
      const lastSequence = endpoint.lastSequence + rows.length;
      await manager.update(WebhookEndpoint, { id: endpoint.id }, { lastSequence });
      await this.outbox.add(manager, 'webhooks', { endpointId: endpoint.id }, at);
    }
  }
}

function salesEvents(
  sales: readonly Sale[],
  lines: readonly SaleLine[],
  waitingLines: readonly WaitingLine[],
): WebhookEvent[] {
  return storedSales(sales, lines, waitingLines)
    .map(({ sale }): WebhookEvent => ({
      id: `sale_confirmed_${sale.id}`,
      type: 'sale.confirmed',
      at: sale.createdAt.toISOString(),
      data: sale,
    }))
    .sort((one, other) => (one.id < other.id ? -1 : 1));
}

async function knownEvents(
  manager: EntityManager,
  endpointId: string,
  events: readonly WebhookEvent[],
): Promise<Set<string>> {
  const found = await manager.find(WebhookDelivery, {
    select: { eventId: true },
    where: { endpointId, eventId: In(events.map(({ id }) => id)) },
  });
  return new Set(found.map(({ eventId }) => eventId));
}

function deliveryOf(event: WebhookEvent, endpointId: string, sequence: number, at: Date) {
  return {
    id: uuidv7(),
    endpointId,
    eventId: event.id,
    eventType: event.type,
    sequence,
    body: deliveryBody(event, sequence),
    status: 'PENDING' as const,
    attempts: 0,
    nextAttemptAt: at,
    createdAt: at,
  };
}
