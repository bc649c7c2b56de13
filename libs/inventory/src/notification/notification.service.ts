import { type NotificationMessage } from '#queues';
import { Injectable } from '@nestjs/common';
import { In, IsNull, type EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { Clock } from '../database/clock.js';
import { Database } from '../database/database.js';
import { isUniqueViolation } from '../database/database-errors.js';
import { OutboxService } from '../outbox/outbox.service.js';
import { Notification } from './notification.entity.js';

/** A mail that is asked for. `to` is its address; only the worker knows those of the operators. */
export type NotificationRequest = DistributiveOmit<NotificationMessage, 'notificationId'>;

type DistributiveOmit<Union, Key extends PropertyKey> = Union extends unknown ? Omit<Union, Key> : never;

/** A mail to be sent; `id` is that of its notification. */
export type Mail = Pick<Notification, 'id' | 'kind' | 'recipient' | 'subject'>;

/** Whether a caller may send a mail now. */
export type NotificationClaim =
  /** `claimedUntil` is the database's time, and identifies the claim. Measure the lease from before the claim. */
  | { kind: 'CLAIMED'; claimedUntil: Date }
  | { kind: 'SENT' }
  /** Another caller is sending it right now. */
  | { kind: 'BUSY' };

/** Mails. They are requested in the transaction of their cause, and sent through the `notifications` queue. */
@Injectable()
export class NotificationService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly outbox: OutboxService,
  ) {}

  /**
   * Requests one mail in the caller's transaction.
   *
   * @param at now, by {@link Clock}: the time of the event
   * @returns the id of the mail
   */
  async request(manager: EntityManager, request: NotificationRequest, at: Date): Promise<string> {
    const message = messageOf(request, at);
    await this.outbox.add(manager, 'notifications', message, at);
    return message.notificationId;
  }

  /** As {@link request}, for many mails. */
  async requestAll(
    manager: EntityManager,
    requests: readonly NotificationRequest[],
    at: Date,
  ): Promise<void> {
    const messages = requests.map((request) => messageOf(request, at));
    await this.outbox.addAll(manager, 'notifications', messages, at);
  }

  /**
   * Leases the right to send a mail, for `leaseMs`. A message that is delivered twice gets it once. When a worker dies, the
   * next delivery gets it after the lease.
   */
  async claim(mail: Mail, leaseMs: number): Promise<NotificationClaim> {
    try {
      return await this.database.write(async (manager) => {
        const claimedUntil = new Date((await this.clock.now(manager)).getTime() + leaseMs);
        await manager.insert(Notification, { ...mail, claimedUntil });
        return { kind: 'CLAIMED', claimedUntil };
      });
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
    }
    // A separate transaction: a refused insert keeps a lock on the row, so that two updates after it would deadlock.
    return this.database.write(async (manager) => {
      const now = await this.clock.now(manager);
      const claimedUntil = new Date(now.getTime() + leaseMs);
      const { affected } = await manager
        .createQueryBuilder()
        .update(Notification)
        .set({ claimedUntil })
        .where('id = :id AND sent_at IS NULL', { id: mail.id })
        .andWhere('(claimed_until IS NULL OR claimed_until < :now)', { now })
        .execute();
      if (affected === 1) return { kind: 'CLAIMED', claimedUntil };
      const { sentAt } = await manager.findOneByOrFail(Notification, { id: mail.id });
      return { kind: sentAt ? 'SENT' : 'BUSY' };
    });
  }

  /** SES has the mail, or the one that these are together. It is not sent again, even if the lease has ended. */
  async recordSent(...ids: string[]): Promise<void> {
    await this.database.write(async (manager) => {
      const sentAt = await this.clock.now(manager);
      await manager.update(
        Notification,
        { id: In(ids), sentAt: IsNull() },
        { sentAt, claimedUntil: null, nextAttemptAt: null, waitingSince: null },
      );
    });
  }

  /** A person decides on the mail from now on: it waits no longer, and nothing waits for it. */
  async leaveLine(manager: EntityManager, id: string): Promise<void> {
    const none = { nextAttemptAt: null, waitingSince: null, claimedUntil: null };
    await manager.update(Notification, { id, sentAt: IsNull() }, none);
  }

  /** The mail was not sent: the next delivery may send it at once. Ignores a later claim by another caller. */
  async release(id: string, claimedUntil: Date): Promise<void> {
    await this.database.write((manager) =>
      manager.update(Notification, { id, claimedUntil, sentAt: IsNull() }, { claimedUntil: null }),
    );
  }
}

function messageOf(request: NotificationRequest, at: Date): NotificationMessage {
  const facts = { ...request.facts, at: at.toISOString() };
  return { notificationId: uuidv7(), ...request, facts } as NotificationMessage;
}
