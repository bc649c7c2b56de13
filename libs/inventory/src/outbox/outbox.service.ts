import { Injectable } from '@nestjs/common';
import { In, IsNull, LessThan, type EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { Database } from '../database/database.js';
import { OutboxMessage } from './outbox-message.entity.js';

/** Messages that go out if, and only if, the transaction that wrote them was committed. */
@Injectable()
export class OutboxService {
  constructor(private readonly database: Database) {}

  /** Writes a message for `queue` in the caller's transaction. */
  async add(manager: EntityManager, queue: string, payload: Record<string, unknown>): Promise<void> {
    await manager.insert(OutboxMessage, {
      id: uuidv7(),
      queue,
      payload: payload as never,
      createdAt: new Date(),
    });
  }

  /**
   * Takes up to `limit` unpublished messages, oldest first, for `leaseMs`: no other relay gets them in that time.
   * A relay that dies leaves them to the next one when the lease ends, so a message may be sent twice, never not.
   */
  async claim(limit: number, leaseMs: number): Promise<OutboxMessage[]> {
    return this.database.write(async (manager) => {
      const now = new Date();
      const candidates = manager
        .createQueryBuilder(OutboxMessage, 'message')
        .where('message.publishedAt IS NULL')
        .andWhere('(message.claimedUntil IS NULL OR message.claimedUntil < :now)', { now })
        .orderBy('message.id')
        .limit(limit);
      const messages = await this.database.forUpdate(candidates, { skipLocked: true }).getMany();
      if (messages.length > 0) {
        const claimedUntil = new Date(now.getTime() + leaseMs);
        await manager.update(OutboxMessage, { id: In(messages.map(({ id }) => id)) }, { claimedUntil });
      }
      return messages;
    });
  }

  async markPublished(ids: string[]): Promise<void> {
    if (ids.length === 0) return;
    await this.database.write((manager) =>
      manager.update(OutboxMessage, { id: In(ids) }, { publishedAt: new Date() }),
    );
  }

  /** Gives back claimed messages that could not be sent. */
  async release(ids: string[]): Promise<void> {
    if (ids.length === 0) return;
    await this.database.write((manager) =>
      manager.update(OutboxMessage, { id: In(ids), publishedAt: IsNull() }, { claimedUntil: null }),
    );
  }

  /** Forgets messages that were published before `before`. */
  async purgePublished(before: Date): Promise<void> {
    await this.database.write((manager) => manager.delete(OutboxMessage, { publishedAt: LessThan(before) }));
  }
}
