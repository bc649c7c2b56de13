import { Injectable } from '@nestjs/common';
import { type EntityManager, In, LessThanOrEqual } from 'typeorm';
import { Clock } from '../database/clock.js';
import { Database } from '../database/database.js';
import { NotificationService } from '../notification/notification.service.js';
import { OutboxService } from '../outbox/outbox.service.js';
import { WebhookDelivery } from './webhook-delivery.entity.js';
import { WebhookEndpoint } from './webhook-endpoint.entity.js';
import { awayDelayMs, refusedDelayMs, type WebhookOutcome } from './webhook-outcome.js';

/** A delivery that was attempted, and how that ended. */
export interface WebhookAttempt {
  delivery: WebhookDelivery;
  outcome: WebhookOutcome;
}

/** How long an endpoint is away before a person hears of it, in ms. */
const TELL_AFTER_MS = 3_600_000;

/** The deliveries of events: what is due, and what came of it. */
@Injectable()
export class WebhookDeliveryService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly outbox: OutboxService,
    private readonly notifications: NotificationService,
  ) {}

  /**
   * Leases an endpoint for `leaseMs`: one worker delivers to it at a time.
   *
   * @returns the endpoint; undefined when another worker has it, or nothing may be sent to it now
   */
  async claim(endpointId: string, leaseMs: number): Promise<WebhookEndpoint | undefined> {
    return this.database.write(async (manager) => {
      const endpoint = await this.lock(manager, endpointId);
      const now = await this.clock.now(manager);
      if (
        endpoint?.status !== 'ENABLED' ||
        isLater(endpoint.claimedUntil, now) ||
        isLater(endpoint.retryAt, now)
      ) {
        return undefined;
      }
      endpoint.claimedUntil = new Date(now.getTime() + leaseMs);
      await manager.update(WebhookEndpoint, { id: endpointId }, { claimedUntil: endpoint.claimedUntil });
      return endpoint;
    });
  }

  /** Deliveries that are due, longest due first. One alone to an endpoint that is away: it is tried, not flooded. */
  async due({ id: endpointId }: WebhookEndpoint, most: number): Promise<WebhookDelivery[]> {
    return this.database.read(async (manager) => {
      const now = await this.clock.now(manager);
      const { awaySince } = await manager.findOneByOrFail(WebhookEndpoint, { id: endpointId });
      return manager.find(WebhookDelivery, {
        where: { endpointId, status: 'PENDING', nextAttemptAt: LessThanOrEqual(now) },
        order: { nextAttemptAt: 'ASC', id: 'ASC' },
        take: awaySince ? 1 : most,
      });
    });
  }

  /**
   * Records what came of attempts at one endpoint, and what follows from it for the endpoint itself. It is away when it took
   * none of them.
   *
   * @returns whether more may be sent to it now
   */
  async record({ id, claimedUntil }: WebhookEndpoint, attempts: readonly WebhookAttempt[]): Promise<boolean> {
    return this.database.write(async (manager) => {
      const endpoint = await this.lock(manager, id);
      const now = await this.clock.now(manager);
      await this.recordDelivered(manager, attempts, now);
      // One that refuses everything, as at a wrong path, is no different from one that is not there.
      const isAtWork = attempts.some(({ outcome: { kind } }) => kind === 'DELIVERED');
      for (const { delivery, outcome } of attempts) {
        if (outcome.kind !== 'DELIVERED' && outcome.kind !== 'GONE') {
          await this.recordFailed(manager, delivery, outcome, now, isAtWork);
        }
      }
      if (!endpoint) return false;
      const gone = attempts.some(({ outcome }) => outcome.kind === 'GONE');
      if (gone) await this.disable(manager, endpoint, 'it answered 410 Gone', now);
      else if (isAtWork) await manager.update(WebhookEndpoint, { id }, AT_WORK);
      else await this.recordAway(manager, endpoint, attempts, now);
      // A lease that has ended may be another worker's.
      return isAtWork && !gone && endpoint.claimedUntil?.getTime() === claimedUntil?.getTime();
    });
  }

  /** Ends a lease. Ignores a later one of another worker. */
  async release({ id, claimedUntil }: WebhookEndpoint): Promise<void> {
    await this.database.write((manager) =>
      manager.update(WebhookEndpoint, { id, claimedUntil: claimedUntil! }, { claimedUntil: null }),
    );
  }

  /** Sends a message for each endpoint to which something is due, and that nobody delivers to. @returns how many */
  async wake(): Promise<number> {
    return this.database.write(async (manager) => {
      const now = await this.clock.now(manager);
      const endpoints = await manager
        .createQueryBuilder(WebhookEndpoint, 'endpoint')
        .where({ status: 'ENABLED' })
        .andWhere('(endpoint.claimedUntil IS NULL OR endpoint.claimedUntil < :now)', { now })
        .andWhere('(endpoint.retryAt IS NULL OR endpoint.retryAt <= :now)', { now })
        .andWhere(
          `EXISTS (SELECT 1 FROM webhook_delivery due WHERE due.endpoint_id = endpoint.id AND due.status = 'PENDING' AND due.next_attempt_at <= :now)`,
          { now },
        )
        .getMany();
      for (const { id } of endpoints) await this.outbox.add(manager, 'webhooks', { endpointId: id }, now);
      return endpoints.length;
    });
  }

  /** A delivery that was given up, with its endpoint. Undefined when it has arrived since, or is no longer there. */
  async givenUp(id: string): Promise<{ delivery: WebhookDelivery; endpoint: WebhookEndpoint } | undefined> {
    return this.database.read(async (manager) => {
      const delivery = await manager.findOneBy(WebhookDelivery, { id, status: 'FAILED' });
      const endpoint = delivery && (await manager.findOneBy(WebhookEndpoint, { id: delivery.endpointId }));
      return endpoint ? { delivery, endpoint } : undefined;
    });
  }

  /** Records the attempt at one that was given up. */
  async recordLast({ delivery, outcome }: WebhookAttempt): Promise<void> {
    await this.database.write(async (manager) => {
      const now = await this.clock.now(manager);
      if (outcome.kind === 'DELIVERED') return this.recordDelivered(manager, [{ delivery, outcome }], now);
      await manager.update(WebhookDelivery, { id: delivery.id }, failureOf(delivery, outcome));
    });
  }

  private async lock(manager: EntityManager, id: string): Promise<WebhookEndpoint | null> {
    return this.database
      .forUpdate(manager.createQueryBuilder(WebhookEndpoint, 'endpoint').where({ id }))
      .getOne();
  }

  private async recordDelivered(
    manager: EntityManager,
    attempts: readonly WebhookAttempt[],
    now: Date,
  ): Promise<void> {
    const byStatus = Map.groupBy(
      attempts.filter(({ outcome }) => outcome.kind === 'DELIVERED'),
      ({ outcome }) => outcome.status,
    );
    for (const [lastStatus, delivered] of byStatus) {
      const ids = In(delivered.map(({ delivery }) => delivery.id));
      await manager.increment(WebhookDelivery, { id: ids }, 'attempts', 1);
      const arrived = {
        status: 'DELIVERED',
        deliveredAt: now,
        nextAttemptAt: null,
        lastStatus,
        lastError: null,
      } as const;
      await manager.update(WebhookDelivery, { id: ids }, arrived);
    }
  }

  /** @param isAtWork the endpoint took others: the event itself is at fault */
  private async recordFailed(
    manager: EntityManager,
    delivery: WebhookDelivery,
    outcome: Exclude<WebhookOutcome, { kind: 'DELIVERED' | 'GONE' }>,
    now: Date,
    isAtWork: boolean,
  ): Promise<void> {
    const { id } = delivery;
    const failure = failureOf(delivery, outcome);
    if (isAtWork && now > delivery.giveUpAt) {
      await manager.update(WebhookDelivery, { id }, { ...failure, status: 'FAILED', nextAttemptAt: null });
      await this.outbox.add(manager, 'webhooks', { deliveryId: id }, now);
      return;
    }
    const delayMs = isAtWork ? refusedDelayMs(failure.attempts) : 0;
    await manager.update(
      WebhookDelivery,
      { id },
      { ...failure, nextAttemptAt: new Date(now.getTime() + delayMs) },
    );
  }

  private async recordAway(
    manager: EntityManager,
    endpoint: WebhookEndpoint,
    attempts: readonly WebhookAttempt[],
    now: Date,
  ): Promise<void> {
    const failures = endpoint.failures + 1;
    const announced = attempts.map(({ outcome }) =>
      outcome.kind === 'AWAY' ? (outcome.retryAfterMs ?? 0) : 0,
    );
    const retryAt = new Date(now.getTime() + awayDelayMs(failures, Math.max(...announced)));
    const awaySince = endpoint.awaySince ?? now;
    const isToTell = !endpoint.toldAt && now.getTime() - awaySince.getTime() >= TELL_AFTER_MS;
    const toldAt = isToTell ? now : endpoint.toldAt;
    await manager.update(WebhookEndpoint, { id: endpoint.id }, { failures, retryAt, awaySince, toldAt });
    if (!isToTell) return;
    const { error } = attempts[0]!.outcome as { error: string };
    await this.tell(manager, endpoint, `no delivery since ${awaySince.toISOString()}: ${error}`, now);
  }

  private async disable(
    manager: EntityManager,
    endpoint: WebhookEndpoint,
    reason: string,
    now: Date,
  ): Promise<void> {
    await manager.update(
      WebhookEndpoint,
      { id: endpoint.id },
      { ...AT_WORK, status: 'DISABLED', disabledReason: reason },
    );
    await this.tell(manager, endpoint, reason, now);
  }

  private async tell(
    manager: EntityManager,
    { id, url }: WebhookEndpoint,
    cause: string,
    now: Date,
  ): Promise<void> {
    // A path or query may hold a secret.
    const facts = { endpointId: id, origin: new URL(url).origin, cause };
    await this.notifications.request(manager, { kind: 'WEBHOOK_FAILING', audience: 'OPERATORS', facts }, now);
  }
}

const AT_WORK = { failures: 0, retryAt: null, awaySince: null, toldAt: null };

function isLater(time: Date | null, now: Date): boolean {
  return time !== null && time > now;
}

function failureOf({ attempts }: WebhookDelivery, outcome: WebhookOutcome) {
  const lastError = 'error' in outcome ? outcome.error.slice(0, 500) : null;
  return { attempts: attempts + 1, lastStatus: outcome.status, lastError };
}
