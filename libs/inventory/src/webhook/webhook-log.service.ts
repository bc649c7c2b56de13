import { Injectable } from '@nestjs/common';
import { type EntityManager, type FindOptionsWhere, In, LessThan } from 'typeorm';
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

/** Old deliveries that one call deletes. */
const PURGE_BATCH = 1_000;

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

  /**
   * Deletes deliveries that were recorded more than `retentionMs` ago, whatever came of them, and those of endpoints that are
   * no longer there.
   *
   * @returns whether there may be more of them
   */
  async purge(retentionMs: number): Promise<boolean> {
    return this.database.write(async (manager) => {
      const before = new Date((await this.clock.now(manager)).getTime() - retentionMs);
      const old = await manager.find(WebhookDelivery, {
        select: { id: true },
        where: { createdAt: LessThan(before) },
        take: PURGE_BATCH,
      });
      const orphaned = await manager
        .createQueryBuilder(WebhookDelivery, 'delivery')
        .select('delivery.id')
        .where('delivery.endpointId NOT IN (SELECT id FROM webhook_endpoint)')
        .limit(PURGE_BATCH)
        .getMany();
      const ids = [...old, ...orphaned].map(({ id }) => id);
      if (ids.length > 0) await manager.delete(WebhookDelivery, { id: In(ids) });
      return old.length === PURGE_BATCH || orphaned.length === PURGE_BATCH;
    });
  }
}
