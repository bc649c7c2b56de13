import { Injectable } from '@nestjs/common';
import { hash } from 'node:crypto';
import { type EntityManager } from 'typeorm';
import { Clock } from '../database/clock.js';
import { isUniqueViolation } from '../database/database-errors.js';
import { Database } from '../database/database.js';
import { InventoryError } from '../errors.js';
import { KeyedRequest } from './keyed-request.entity.js';

/** Two requests with the same values are repeats of each other. */
export interface RequestKey {
  /** Chosen by the client: up to 255 visible ASCII characters. */
  key: string;
  /** The namespace of the key. Clients without one share another namespace. */
  clientId?: string;
  /** SHA-256 of the whole request, in hex. */
  fingerprint: string;
}

/** An answer as it is sent to the client. */
export interface StoredAnswer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** Attempts of a write that a unique key refuses: another transaction was faster, and is committed by then. */
const MAX_RUNS = 5;

/** Does a client's write once, however often it is sent. */
@Injectable()
export class IdempotencyService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /**
   * Runs `work` in one transaction, which also stores its answer: a crash leaves both or neither. A request whose key has an
   * answer gets this answer, and `work` does not run. Concurrent requests with one key wait for the first. When `work`
   * throws, nothing is stored, and the key can be used again.
   *
   * @param key undefined runs `work` and stores no answer
   * @param work may run several times, as in {@link Database.write}
   * @throws InventoryError `REQUEST.KEY_REUSED` when the key has the answer to another request
   */
  async once(
    key: RequestKey | undefined,
    work: (manager: EntityManager) => Promise<StoredAnswer>,
  ): Promise<StoredAnswer & { isReplayed: boolean }> {
    for (let run = 1; ; run += 1) {
      try {
        const answer = await this.database.write((manager) =>
          key ? this.keep(manager, key, work) : work(manager),
        );
        return { ...answer, isReplayed: false };
      } catch (error) {
        if (!isUniqueViolation(error)) throw error;
        const answer = key && (await this.find(key));
        if (answer) return { ...answer, isReplayed: true };
        if (run === MAX_RUNS) throw error;
      }
    }
  }

  /** Inserts the row before the work: requests with the same key wait for it, so that only one works at a time. */
  private async keep(
    manager: EntityManager,
    key: RequestKey,
    work: (manager: EntityManager) => Promise<StoredAnswer>,
  ): Promise<StoredAnswer> {
    const id = storedId(key);
    await manager.insert(KeyedRequest, {
      id,
      requestFingerprint: key.fingerprint,
      status: 0,
      headers: {},
      body: '',
      createdAt: await this.clock.now(manager),
    });
    const answer = await work(manager);
    await manager.update(KeyedRequest, { id }, answer);
    return answer;
  }

  private async find(key: RequestKey): Promise<StoredAnswer | undefined> {
    const found = await this.database.read((manager) =>
      manager.findOneBy(KeyedRequest, { id: storedId(key) }),
    );
    if (!found) return undefined;
    if (found.requestFingerprint !== key.fingerprint) {
      throw new InventoryError(
        'REQUEST.KEY_REUSED',
        'This idempotency key has the answer to another request.',
      );
    }
    const { status, headers, body } = found;
    return { status, headers, body };
  }
}

function storedId({ key, clientId }: RequestKey): string {
  return hash('sha256', JSON.stringify([clientId ?? null, key]), 'base64url');
}
