import { Injectable } from '@nestjs/common';
import { IsNull, type EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { Clock } from '../database/clock.js';
import { Database } from '../database/database.js';
import { isDuplicate } from '../database/database-errors.js';
import { OutboxService } from '../outbox/outbox.service.js';
import { Notification } from './notification.entity.js';

export type NotificationKind = 'DEAD_LETTER_OPENED' | 'STOCK_RAN_OUT' | 'RESTOCK_OVERDUE' | 'GOODS_RECEIVED';

export interface NotificationRequest {
  kind: NotificationKind;
  audience: 'OPERATORS' | 'FACTORY_MANAGER' | 'AD_MANAGER';
  /** The address; operators' is known to the worker alone. */
  to?: string;
  /** What the mail tells. */
  facts: Record<string, string | number | null>;
}

/** A mail to be sent; `id` is that of its notification. */
export type Mail = Pick<Notification, 'id' | 'kind' | 'recipient' | 'subject'>;

/** Whether a caller may now send a mail. */
export type NotificationClaim =
  /** `claimedUntil` is the database's time: it tells whose the claim is. Measure the lease from before the claim. */
  | { kind: 'CLAIMED'; claimedUntil: Date }
  | { kind: 'SENT' }
  /** Somebody else is sending it right now. */
  | { kind: 'BUSY' };

/** Mails to people. Asked for in the transaction that gives the reason, sent through the `notifications` queue. */
@Injectable()
export class NotificationService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly outbox: OutboxService,
  ) {}

  /**
   * Asks for one mail in the caller's transaction.
   *
   * @param at now, by {@link Clock}
   */
  async request(manager: EntityManager, request: NotificationRequest, at: Date): Promise<void> {
    await this.outbox.add(manager, 'notifications', { notificationId: uuidv7(), ...request }, at);
  }

  /**
   * Takes the right to send a mail, for `leaseMs`. A message that is delivered twice gets it once; a worker that dies
   * leaves it to the next delivery when the lease ends.
   */
  async claim(mail: Mail, leaseMs: number): Promise<NotificationClaim> {
    try {
      return await this.database.write(async (manager) => {
        const claimedUntil = new Date((await this.clock.now(manager)).getTime() + leaseMs);
        await manager.insert(Notification, { ...mail, claimedUntil });
        return { kind: 'CLAIMED', claimedUntil };
      });
    } catch (error) {
      if (!isDuplicate(error)) throw error;
    }
    // In a transaction of its own: a refused insert keeps a lock on the row, and two that then update it deadlock.
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

  /** SES has the mail: nobody sends it again, even if the lease has ended meanwhile. */
  async recordSent(id: string): Promise<void> {
    await this.database.write(async (manager) => {
      const sentAt = await this.clock.now(manager);
      await manager.update(Notification, { id, sentAt: IsNull() }, { sentAt, claimedUntil: null });
    });
  }

  /** The mail was not sent: the next delivery may send it at once. Leaves a claim alone that another has taken since. */
  async release(id: string, claimedUntil: Date): Promise<void> {
    await this.database.write((manager) =>
      manager.update(Notification, { id, claimedUntil, sentAt: IsNull() }, { claimedUntil: null }),
    );
  }
}
