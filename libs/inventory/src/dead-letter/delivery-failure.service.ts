import { Injectable } from '@nestjs/common';
import { type EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { Database } from '../database/database.js';
import { type DeadLetterAttempt } from './dead-letter.entity.js';
import { DeliveryFailure } from './delivery-failure.entity.js';

/** Stores the causes of failed attempts at a message until it is handled or becomes a dead letter. */
@Injectable()
export class DeliveryFailureService {
  constructor(private readonly database: Database) {}

  async recordFailure(failure: {
    messageId: string;
    receiveCount: number;
    code: string;
    detail: string;
    failedAt: Date;
  }): Promise<void> {
    await this.database.write((manager) =>
      manager.insert(DeliveryFailure, {
        id: uuidv7(),
        messageId: failure.messageId,
        receiveCount: failure.receiveCount,
        code: failure.code.slice(0, 64),
        detail: failure.detail.slice(0, 500),
        failedAt: failure.failedAt,
      }),
    );
  }

  async forget(messageId: string): Promise<void> {
    await this.database.write((manager) => manager.delete(DeliveryFailure, { messageId }));
  }

  /** The failed attempts of a message, first to last, in the caller's transaction. Deletes them. */
  async takeAll(manager: EntityManager, messageId: string): Promise<DeadLetterAttempt[]> {
    // SQS counts the receives. The ids begin with the times of different workers, which may disagree.
    const order = { receiveCount: 'ASC', id: 'ASC' } as const;
    const failures = await manager.find(DeliveryFailure, { where: { messageId }, order });
    await manager.delete(DeliveryFailure, { messageId });
    return failures.map(({ receiveCount, code, detail, failedAt }) => ({
      receiveCount,
      code,
      detail,
      failedAt: failedAt.toISOString(),
    }));
  }
}
