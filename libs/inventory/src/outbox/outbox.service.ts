import { Injectable } from '@nestjs/common';
import { In, IsNull, LessThan, Not, type EntityManager, type FindOperator } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { Database } from '../database/database.js';
import { OutboxMessage } from './outbox-message.entity.js';

type ClaimedMessage = Pick<OutboxMessage, 'id' | 'claimedUntil'>;

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
   * Takes up to `limit` unpublished messages for `queue`, oldest first, for `leaseMs`: no other relay gets them in
   * that time. A relay that dies leaves them to the next one when the lease ends, so a message may be sent twice,
   * never not.
   *
   * @param queue when left out, messages for any
   */
  async claim(limit: number, leaseMs: number, queue?: string): Promise<OutboxMessage[]> {
    return this.take(limit, leaseMs, queue);
  }

  /** The same for messages whose queue is none of `queues`: those that nobody else would ever claim. */
  async claimStray(limit: number, leaseMs: number, queues: readonly string[]): Promise<OutboxMessage[]> {
    return this.take(limit, leaseMs, Not(In(queues)));
  }

  /** Notes that messages of one claim were sent. Leaves alone what another relay has claimed since. */
  async markPublished(messages: ClaimedMessage[]): Promise<void> {
    await this.updateClaimed(messages, { publishedAt: new Date() });
  }

  /** Gives back messages of one claim that could not be sent. Leaves alone what another relay has claimed since. */
  async release(messages: ClaimedMessage[]): Promise<void> {
    await this.updateClaimed(messages, { claimedUntil: null });
  }

  /** Forgets messages that were published before `before`. */
  async purgePublished(before: Date): Promise<void> {
    await this.database.write((manager) => manager.delete(OutboxMessage, { publishedAt: LessThan(before) }));
  }

  private async take(
    limit: number,
    leaseMs: number,
    queue?: string | FindOperator<string>,
  ): Promise<OutboxMessage[]> {
    return this.database.write(async (manager) => {
      const now = new Date();
      const candidates = manager
        .createQueryBuilder(OutboxMessage, 'message')
        .where({ publishedAt: IsNull(), ...(queue && { queue }) })
        .andWhere('(message.claimedUntil IS NULL OR message.claimedUntil < :now)', { now })
        .orderBy('message.id')
        .limit(limit);
      const messages = await this.database.forUpdate(candidates, { skipLocked: true }).getMany();
      if (messages.length === 0) return [];
      const claimedUntil = new Date(now.getTime() + leaseMs);
      await manager.update(OutboxMessage, { id: In(messages.map(({ id }) => id)) }, { claimedUntil });
      for (const message of messages) message.claimedUntil = claimedUntil;
      return messages;
    });
  }

  /** Whoever claims after a lease has ended sets a later one, so the lease tells whose the claim is. */
  private async updateClaimed(
    messages: ClaimedMessage[],
    change: Pick<OutboxMessage, 'publishedAt'> | Pick<OutboxMessage, 'claimedUntil'>,
  ): Promise<void> {
    if (messages.length === 0) return;
    const ids = messages.map(({ id }) => id);
    const claimedUntil = messages[0]!.claimedUntil!;
    await this.database.write((manager) =>
      manager.update(OutboxMessage, { id: In(ids), claimedUntil, publishedAt: IsNull() }, change),
    );
  }
}
