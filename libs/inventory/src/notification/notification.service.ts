import { Injectable } from '@nestjs/common';
import { type EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
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

/** Mails to people. Asked for in the transaction that gives the reason, sent through the `notifications` queue. */
@Injectable()
export class NotificationService {
  constructor(
    private readonly database: Database,
    private readonly outbox: OutboxService,
  ) {}

  /** Asks for one mail in the caller's transaction. */
  async request(manager: EntityManager, request: NotificationRequest): Promise<void> {
    await this.outbox.add(manager, 'notifications', { notificationId: uuidv7(), ...request });
  }

  async wasSent(notificationId: string): Promise<boolean> {
    return this.database.read((manager) => manager.existsBy(Notification, { id: notificationId }));
  }

  async recordSent(sent: Omit<Notification, 'sentAt'>): Promise<void> {
    try {
      await this.database.write((manager) => manager.insert(Notification, { ...sent, sentAt: new Date() }));
    } catch (error) {
      if (!isDuplicate(error)) throw error;
    }
  }
}
