import { Injectable } from '@nestjs/common';
import { type EntityManager, In, LessThanOrEqual } from 'typeorm';
import { Clock } from '../database/clock.js';
import { Database } from '../database/database.js';
import { NotificationService } from '../notification/notification.service.js';
import { OutboxService } from '../outbox/outbox.service.js';
import { WebhookDelivery } from './webhook-delivery.entity.js';
import { WebhookEndpoint } from './webhook-endpoint.entity.js';
import { awayDelayMs, isFaultOfEvent, refusedDelayMs, type WebhookAttempt } from './webhook-outcome.js';

/** How long an endpoint is away before a person hears of it, in ms. */
const TELL_AFTER_MS = 3_600_000;

/** How long an event that its endpoint refuses is tried, in ms. docs/api.md states it. */
const TRY_FOR_MS = 24 * 3_600_000;

/** After which a worker is asked again to deliver to an endpoint, where none has begun to, in ms. */
const WAKE_AGAIN_MS = 10_000;

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
      const { claimedUntil } = endpoint;
      await manager.update(WebhookEndpoint, { id: endpointId }, { claimedUntil, wokenAt: null });
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
   * Records what came of attempts at one endpoint, and what follows from it for the endpoint itself.
   *
   * @returns whether more may be sent to it now
   */
  async record(claimed: WebhookEndpoint, attempts: readonly WebhookAttempt[]): Promise<boolean> {
    return this.database.write(async (manager) => {
      const endpoint = await this.lock(manager, claimed.id);
      const now = await this.clock.now(manager);
      const hasDelivered = await this.recordDelivered(manager, attempts, now);
      // Another worker has it by now, or a person has changed it: what was seen says nothing of it any more.
      if (!endpoint || !isSame(endpoint, claimed)) return false;
      const failed = attempts.filter(({ outcome }) => outcome.kind !== 'DELIVERED');
      if (failed.some(({ outcome }) => outcome.kind === 'GONE')) {
        for (const attempt of failed) await updatePending(manager, attempt, failureOf(attempt, now));
        await this.disable(manager, endpoint, 'it answered 410 Gone', now);
        return false;
      }
      const [refused, waiting] = [true, false].map((isOfEvent) =>
        failed.filter((attempt) => isFaultOfEvent(attempt, endpoint, hasDelivered) === isOfEvent),
      ) as [WebhookAttempt[], WebhookAttempt[]];
      for (const attempt of refused) await this.recordRefused(manager, attempt, now);
      for (const attempt of waiting) {
        await updatePending(manager, attempt, { ...failureOf(attempt, now), nextAttemptAt: now });
      }
      if (hasDelivered) {
        const retryAt = waiting.length > 0 ? new Date(now.getTime() + awayDelayMs(1, waiting)) : null;
        await manager.update(
          WebhookEndpoint,
          { id: endpoint.id },
          { ...AT_WORK, retryAt, lastDeliveredAt: now },
        );
      } else if (waiting.length > 0) await this.recordAway(manager, endpoint, waiting, now);
      return waiting.length === 0;
    });
  }

  /**
   * Ends a lease. Ignores a later one of another worker.
   *
   * @param goesOn more is due: a message of its own asks for it
   */
  async release({ id, claimedUntil }: WebhookEndpoint, goesOn: boolean): Promise<void> {
    await this.database.write(async (manager) => {
      const claim = { id, claimedUntil: claimedUntil! };
      const { affected } = await manager.update(WebhookEndpoint, claim, { claimedUntil: null });
      if (affected !== 1 || !goesOn) return;
      await this.outbox.add(manager, 'webhooks', { endpointId: id }, await this.clock.now(manager));
    });
  }

  /**
   * Sends a message for each endpoint to which something is due, and that nobody delivers to.
   *
   * @returns how many
   */
  async wake(): Promise<number> {
    return this.database.write(async (manager) => {
      const now = await this.clock.now(manager);
      const endpoints = await manager
        .createQueryBuilder(WebhookEndpoint, 'endpoint')
        .where({ status: 'ENABLED' })
        .andWhere('(endpoint.claimedUntil IS NULL OR endpoint.claimedUntil < :now)', { now })
        .andWhere('(endpoint.retryAt IS NULL OR endpoint.retryAt <= :now)', { now })
        .andWhere('(endpoint.wokenAt IS NULL OR endpoint.wokenAt < :before)', {
          before: new Date(now.getTime() - WAKE_AGAIN_MS),
        })
        .andWhere(
          `EXISTS (SELECT 1 FROM webhook_delivery due WHERE due.endpoint_id = endpoint.id AND due.status = 'PENDING' AND due.next_attempt_at <= :now)`,
          { now },
        )
        .getMany();
      for (const { id } of endpoints) {
        await manager.update(WebhookEndpoint, { id }, { wokenAt: now });
        await this.outbox.add(manager, 'webhooks', { endpointId: id }, now);
      }
      return endpoints.length;
    });
  }

  /** A delivery that was given up, with its endpoint. Undefined when it has arrived since, or nothing may be sent there. */
  async givenUp(id: string): Promise<{ delivery: WebhookDelivery; endpoint: WebhookEndpoint } | undefined> {
    return this.database.read(async (manager) => {
      const delivery = await manager.findOneBy(WebhookDelivery, { id, status: 'FAILED' });
      const enabled = { id: delivery?.endpointId ?? '', status: 'ENABLED' } as const;
      const endpoint = delivery && (await manager.findOneBy(WebhookEndpoint, enabled));
      return endpoint ? { delivery, endpoint } : undefined;
    });
  }

  /** Records the attempt at one that was given up. */
  async recordLast(attempt: WebhookAttempt, { id }: WebhookEndpoint): Promise<void> {
    await this.database.write(async (manager) => {
      const endpoint = await this.lock(manager, id);
      const now = await this.clock.now(manager);
      if (await this.recordDelivered(manager, [attempt], now)) return;
      const { delivery, outcome } = attempt;
      await manager.update(WebhookDelivery, { id: delivery.id, status: 'FAILED' }, failureOf(attempt, now));
      if (endpoint && outcome.kind === 'GONE')
        await this.disable(manager, endpoint, 'it answered 410 Gone', now);
    });
  }

  private async lock(manager: EntityManager, id: string): Promise<WebhookEndpoint | null> {
    return this.database
      .forUpdate(manager.createQueryBuilder(WebhookEndpoint, 'endpoint').where({ id }))
      .getOne();
  }

  /** @returns whether there was one */
  private async recordDelivered(
    manager: EntityManager,
    attempts: readonly WebhookAttempt[],
    now: Date,
  ): Promise<boolean> {
    const delivered = attempts.filter(({ outcome }) => outcome.kind === 'DELIVERED');
    for (const [lastStatus, some] of Map.groupBy(delivered, ({ outcome }) => outcome.status)) {
      const ids = In(some.map(({ delivery }) => delivery.id));
      await manager.increment(WebhookDelivery, { id: ids }, 'attempts', 1);
      const arrived = { status: 'DELIVERED', deliveredAt: now, nextAttemptAt: null } as const;
      await manager.update(
        WebhookDelivery,
        { id: ids },
        { ...arrived, lastAttemptAt: now, lastStatus, lastError: null, refusedSince: null },
      );
    }
    return delivered.length > 0;
  }

  /** The endpoint takes others: this one waits by itself, and is given up after a day. */
  private async recordRefused(manager: EntityManager, attempt: WebhookAttempt, now: Date): Promise<void> {
    const { id, refusedSince } = attempt.delivery;
    const failure = { ...failureOf(attempt, now), refusedSince: refusedSince ?? now };
    if (now.getTime() - failure.refusedSince.getTime() > TRY_FOR_MS) {
      await updatePending(manager, attempt, { ...failure, status: 'FAILED', nextAttemptAt: null });
      await this.outbox.add(manager, 'webhooks', { deliveryId: id }, now);
      return;
    }
    const nextAttemptAt = new Date(now.getTime() + refusedDelayMs(failure.attempts));
    await updatePending(manager, attempt, { ...failure, nextAttemptAt });
  }

  private async recordAway(
    manager: EntityManager,
    endpoint: WebhookEndpoint,
    attempts: readonly WebhookAttempt[],
    now: Date,
  ): Promise<void> {
    const failures = endpoint.failures + 1;
    const retryAt = new Date(now.getTime() + awayDelayMs(failures, attempts));
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

/** Whether the endpoint is still as it was when it was claimed, by the same claim. */
function isSame(endpoint: WebhookEndpoint, claimed: WebhookEndpoint): boolean {
  return (
    endpoint.status === 'ENABLED' &&
    endpoint.url === claimed.url &&
    endpoint.claimedUntil?.getTime() === claimed.claimedUntil?.getTime()
  );
}

function failureOf({ delivery: { attempts }, outcome }: WebhookAttempt, now: Date) {
  const lastError = 'error' in outcome ? outcome.error.slice(0, 500) : null;
  return { attempts: attempts + 1, lastStatus: outcome.status, lastError, lastAttemptAt: now };
}

async function updatePending(
  manager: EntityManager,
  { delivery: { id } }: WebhookAttempt,
  values: Partial<WebhookDelivery>,
): Promise<void> {
  await manager.update(WebhookDelivery, { id, status: 'PENDING' }, values);
}
