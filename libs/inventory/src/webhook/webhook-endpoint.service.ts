import { Injectable } from '@nestjs/common';
import { randomBytes } from 'node:crypto';
import { IsNull, Not, type EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { Clock } from '../database/clock.js';
import { Database } from '../database/database.js';
import { type Page, type PageRequest, readPage } from '../database/page.js';
import { InventoryError } from '../errors.js';
import { WebhookDelivery } from './webhook-delivery.entity.js';
import { WebhookEndpoint, type WebhookEndpointStatus } from './webhook-endpoint.entity.js';
import { type WebhookEventType } from './webhook-event.js';
import { WebhookSubscriptions } from './webhook-subscriptions.service.js';

export interface WebhookEndpointChange {
  url: string;
  eventTypes: WebhookEventType[];
  description: string | null;
  status: WebhookEndpointStatus;
}

/** How long the secret before a rotation signs as well, in ms. docs/api.md states it. */
const OVERLAP_MS = 24 * 3_600_000;

const SECRET_BYTES = 32;

/** The endpoints that are told of events, as administrators register them. */
@Injectable()
export class WebhookEndpointService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly subscriptions: WebhookSubscriptions,
  ) {}

  /** In the caller's transaction. */
  async add(manager: EntityManager, given: Omit<WebhookEndpointChange, 'status'>): Promise<WebhookEndpoint> {
    const endpoint = manager.create(WebhookEndpoint, {
      ...given,
      id: uuidv7(),
      status: 'ENABLED',
      secret: newSecret(),
      createdAt: await this.clock.now(manager),
    });
    await manager.insert(WebhookEndpoint, endpoint);
    this.subscriptions.forget();
    return this.get(endpoint.id, manager);
  }

  /** @throws InventoryError `WEBHOOK_ENDPOINT.UNKNOWN` */
  async change(
    manager: EntityManager,
    id: string,
    change: Partial<WebhookEndpointChange>,
  ): Promise<WebhookEndpoint> {
    await this.get(id, manager);
    // What was wrong with it says nothing of what it is now.
    const anew = { failures: 0, retryAt: null, awaySince: null, toldAt: null, disabledReason: null };
    await manager.update(WebhookEndpoint, { id }, { ...change, ...anew });
    const refused = { endpointId: id, status: 'PENDING', refusedSince: Not(IsNull()) } as const;
    const nextAttemptAt = await this.clock.now(manager);
    await manager.update(WebhookDelivery, refused, { nextAttemptAt, refusedSince: null });
    this.subscriptions.forget();
    return this.get(id, manager);
  }

  /**
   * A new secret. The one before signs as well for 24 hours, or until the next one.
   *
   * @throws InventoryError `WEBHOOK_ENDPOINT.UNKNOWN`
   */
  async rotateSecret(manager: EntityManager, id: string): Promise<WebhookEndpoint> {
    // Of two at once, the second replaces what the first made.
    await this.database
      .forUpdate(manager.createQueryBuilder(WebhookEndpoint, 'endpoint').where({ id }))
      .getOne();
    const { secret: previousSecret } = await this.get(id, manager);
    const previousSecretUntil = new Date((await this.clock.now(manager)).getTime() + OVERLAP_MS);
    await manager.update(
      WebhookEndpoint,
      { id },
      { secret: newSecret(), previousSecret, previousSecretUntil },
    );
    return this.get(id, manager);
  }

  /**
   * Removes the endpoint. Its deliveries follow: there may be more of them than one transaction deletes.
   *
   * @throws InventoryError `WEBHOOK_ENDPOINT.UNKNOWN`
   */
  async remove(manager: EntityManager, id: string): Promise<WebhookEndpoint> {
    const removed = await this.get(id, manager);
    await manager.delete(WebhookEndpoint, { id });
    this.subscriptions.forget();
    return removed;
  }

  /** @throws InventoryError `CURSOR.UNKNOWN` */
  async list(page: PageRequest): Promise<Page<WebhookEndpoint>> {
    const list = { entity: WebhookEndpoint, key: 'id', order: 'desc', losesRows: true } as const;
    return this.database.read((manager) => readPage(manager, list, page));
  }

  /** @throws InventoryError `WEBHOOK_ENDPOINT.UNKNOWN` */
  async get(id: string, within?: EntityManager): Promise<WebhookEndpoint> {
    const found = await this.database.read((manager) => manager.findOneBy(WebhookEndpoint, { id }), within);
    if (found) return found;
    throw new InventoryError('WEBHOOK_ENDPOINT.UNKNOWN', `There is no webhook endpoint ${id}.`, { id });
  }
}

function newSecret(): string {
  return `whsec_${randomBytes(SECRET_BYTES).toString('base64')}`;
}
