import { Injectable } from '@nestjs/common';
import { type EntityManager, type FindOptionsWhere } from 'typeorm';
import { Clock } from '../database/clock.js';
import { Database } from '../database/database.js';
import { isWithin, type Page, type PageRequest, readPage, type TimeRange } from '../database/page.js';
import { InventoryError } from '../errors.js';
import { OutboxService } from '../outbox/outbox.service.js';
import { WebhookDelivery, type WebhookDeliveryStatus } from './webhook-delivery.entity.js';
import { type WebhookEventType } from './webhook-event.js';

export interface WebhookDeliveryQuery extends PageRequest, TimeRange {
  endpointId?: string;
  status?: WebhookDeliveryStatus;
  eventType?: WebhookEventType;
}

/** The log of deliveries, for people. */
@Injectable()
export class WebhookLogService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly outbox: OutboxService,
  ) {}

  /** @throws InventoryError `CURSOR.UNKNOWN` */
  async list({
    endpointId,
    status,
    eventType,
    since,
    until,
    ...page
  }: WebhookDeliveryQuery): Promise<Page<WebhookDelivery>> {
    const where: FindOptionsWhere<WebhookDelivery> = {};
    if (endpointId) where.endpointId = endpointId;
    if (status) where.status = status;
    if (eventType) where.eventType = eventType;
    if (since ?? until) where.createdAt = isWithin({ since, until });
    const list = { entity: WebhookDelivery, key: 'id', order: 'desc', where, losesRows: true } as const;
    return this.database.read((manager) => readPage(manager, list, page));
  }

  /** @throws InventoryError `WEBHOOK_DELIVERY.UNKNOWN` */
  async get(id: string, within?: EntityManager): Promise<WebhookDelivery> {
    const found = await this.database.read((manager) => manager.findOneBy(WebhookDelivery, { id }), within);
    if (found) return found;
    throw new InventoryError('WEBHOOK_DELIVERY.UNKNOWN', `There is no delivery ${id}.`, { id });
  }

  /**
   * Sends an event again, under the same ids, whatever came of it before.
   *
   * @throws InventoryError `WEBHOOK_DELIVERY.UNKNOWN`
   */
  async resend(id: string, within: EntityManager): Promise<WebhookDelivery> {
    const { endpointId } = await this.get(id, within);
    const now = await this.clock.now(within);
    const again = { status: 'PENDING', nextAttemptAt: now, deliveredAt: null, refusedSince: null } as const;
    await within.update(WebhookDelivery, { id }, again);
    await this.outbox.add(within, 'webhooks', { endpointId }, now);
    return this.get(id, within);
  }
}
