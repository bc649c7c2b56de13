import { type MessageOf, type QueueName } from '#queues';
import { Injectable } from '@nestjs/common';
import { In, IsNull, Not, type EntityManager, type FindOperator } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { Clock } from '../database/clock.js';
import { Database } from '../database/database.js';
import { OutboxMessage } from './outbox-message.entity.js';

/** Rows that one statement inserts. */
const INSERTED_ROWS = 500;

type ClaimedMessage = Pick<OutboxMessage, 'id' | 'claimedUntil'>;

/** Messages that are sent if, and only if, the transaction that wrote them is committed. */
@Injectable()
export class OutboxService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /**
   * Writes a message for `queue` in the caller's transaction.
   *
   * @param at now, by {@link Clock}: the age of an unpublished message is measured from it
   */
  async add<Q extends QueueName>(
    manager: EntityManager,
    queue: Q,
    payload: MessageOf<Q>,
    at: Date,
  ): Promise<void> {
    await this.addUnchecked(manager, queue, payload, at);
  }

  /** As {@link add}, for many messages: one statement for some hundreds of them. */
  async addAll<Q extends QueueName>(
    manager: EntityManager,
    queue: Q,
    payloads: readonly MessageOf<Q>[],
    at: Date,
  ): Promise<void> {
    for (let start = 0; start < payloads.length; start += INSERTED_ROWS) {
      const part: readonly object[] = payloads.slice(start, start + INSERTED_ROWS);
      const rows = part.map((payload) => ({ id: uuidv7(), queue, payload, createdAt: at }));
      await manager.insert(OutboxMessage, rows);
    }
  }

  /** As {@link add}, for a message that comes from outside. The relay checks it against the contract of its queue. */
  async addUnchecked(manager: EntityManager, queue: string, payload: object, at: Date): Promise<void> {
    await manager.insert(OutboxMessage, { id: uuidv7(), queue, payload, createdAt: at });
  }

  /**
   * Leases up to `limit` unpublished messages for `queue`, oldest first, for `leaseMs`: no other relay gets them in that
   * time. When a relay dies, the next one gets them after the lease. A message may be sent twice, but is never lost.
   */
  async claim(limit: number, leaseMs: number, queue: string): Promise<OutboxMessage[]> {
    return this.claimWhere(limit, leaseMs, queue);
  }

  /** The same for messages whose queue is none of `queues`, which no relay would claim otherwise. */
  async claimStray(limit: number, leaseMs: number, queues: readonly string[]): Promise<OutboxMessage[]> {
    return this.claimWhere(limit, leaseMs, Not(In(queues)));
  }

  /** The queues for which a message waits that no relay has claimed. */
  async waitingQueues(): Promise<string[]> {
    return this.database.read(async (manager) => {
      const rows = await manager
        .createQueryBuilder(OutboxMessage, 'message')
        .select('message.queue', 'queue')
        .distinct()
        .where({ publishedAt: IsNull() })
        .andWhere('(message.claimedUntil IS NULL OR message.claimedUntil < :now)', {
          now: await this.clock.now(manager),
        })
        .getRawMany<{ queue: string }>();
      return rows.map(({ queue }) => queue);
    });
  }

  /** Records that messages of one claim were sent. Ignores those that another relay has claimed since. */
  async markPublished(messages: ClaimedMessage[]): Promise<void> {
    await this.updateClaimed(messages, async (manager) => ({ publishedAt: await this.clock.now(manager) }));
  }

  /** Ends the lease of messages that could not be sent. Ignores those that another relay has claimed since. */
  async release(messages: ClaimedMessage[]): Promise<void> {
    await this.updateClaimed(messages, async () => ({ claimedUntil: null }));
  }

  private async claimWhere(
    limit: number,
    leaseMs: number,
    queue: string | FindOperator<string>,
  ): Promise<OutboxMessage[]> {
    return this.database.write(async (manager) => {
      const now = await this.clock.now(manager);
      const candidates = manager
        .createQueryBuilder(OutboxMessage, 'message')
        .where({ publishedAt: IsNull(), queue })
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

  /** A later claim has a later lease, so that the lease identifies the claim. */
  private async updateClaimed(
    messages: ClaimedMessage[],
    changeIn: (
      manager: EntityManager,
    ) => Promise<Pick<OutboxMessage, 'publishedAt'> | Pick<OutboxMessage, 'claimedUntil'>>,
  ): Promise<void> {
    if (messages.length === 0) return;
    const ids = messages.map(({ id }) => id);
    const claimedUntil = messages[0]!.claimedUntil!;
    await this.database.write(async (manager) =>
      manager.update(
        OutboxMessage,
        { id: In(ids), claimedUntil, publishedAt: IsNull() },
        await changeIn(manager),
      ),
    );
  }
}
